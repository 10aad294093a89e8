#!/bin/sh
# The Engine stand-in: what the programs' tests rely on, against the measured answers of Engine 20.10.
. "$(dirname "$0")/lib.sh"
start_engine --image flwr/superlink:1.25.0
printf '{"pull": {"x:ok": "ok", "x:error": "error", "x:missing": "missing", "x:refused": "refused"}}\n' >"$scenario"
"$PYTHON" - "$SOCK" "$scenario" "$engine_state" <<'PY'
import http.client, json, os, socket, struct, sys, time

path, scenario, state = sys.argv[1:]
count = 0


def is_(got, want, what):
    global count
    count += 1
    print("%sok %d - %s" % ("" if got == want else "not ", count, what), flush=True)
    if got != want:
        print("#   got:  %r\n#   want: %r" % (got, want), flush=True)


def ask(method, target, body=None, timeout=10):
    link = http.client.HTTPConnection("engine", timeout=timeout)
    link.sock = socket.socket(socket.AF_UNIX)
    link.sock.settimeout(timeout)
    link.sock.connect(path)
    link.request(method, target, json.dumps(body) if body else None)
    answer = link.getresponse()
    return answer.status, answer.read(), answer.headers


def message(answer):
    return answer[0], json.loads(answer[1])["message"]


def inspect():
    return json.loads(ask("GET", "/containers/one/json")[1])


status, body, headers = ask("GET", "/_ping")
is_((status, body, headers["Api-Version"]), (200, b"OK", "1.41"), "_ping")
version = json.loads(ask("GET", "/version")[1])
is_((version["ApiVersion"], version["MinAPIVersion"]), ("1.41", "1.12"), "version")
is_(message(ask("GET", "/v1.44/info")), (400, "client version 1.44 is too new. Maximum supported "
                                         "API version is 1.41"), "trap 8: a version that is too new")
status, body, headers = ask("GET", "/v1.11/info")
is_((status, headers["Content-Type"].split(";")[0]), (400, "text/plain"), "one that is too old: plain text")
is_(ask("GET", "/images/flwr/superlink:1.25.0/json")[0], 200, "an image that is there")
is_(message(ask("GET", "/images/flwr/superlink:9/json")), (404, "No such image: flwr/superlink:9"), "one that is not")
is_(ask("POST", "/images/create?fromImage=x&tag=missing")[0], 404, "pull: no such tag: 404")
is_(ask("POST", "/images/create?fromImage=x&tag=refused")[0], 500, "pull: no connection: 500")
status, body, _ = ask("POST", "/images/create?fromImage=x&tag=error")
is_((status, "errorDetail" in json.loads(body.splitlines()[-1])), (200, True), "trap 26: pull: 200, and the error in the stream")
status, body, _ = ask("POST", "/images/create?fromImage=x&tag=ok")
is_((status, json.loads(body.splitlines()[-1])["status"]), (200, "Status: Downloaded newer image for x:ok"), "pull: good")
is_(ask("GET", "/images/x:ok/json")[0], 200, "and it is there")

config = {"Image": "flwr/superlink:1.25.0", "Cmd": ["--insecure"],
          "HostConfig": {"RestartPolicy": {"Name": "unless-stopped"}}}
is_(message(ask("POST", "/containers/create?name=one", dict(config, Image="none:1")))[0], 404, "create: no image")
is_(ask("POST", "/containers/create?name=one", config)[0], 201, "create")
is_(message(ask("POST", "/containers/create?name=one", config))[0], 409, "create: the name is taken")
is_(message(ask("POST", "/containers/two/start")), (404, "No such container: two"), "start: no container")
is_((ask("POST", "/containers/one/start")[0], ask("POST", "/containers/one/start")[0]), (204, 304), "start, twice")
found = inspect()
is_((found["State"]["Status"], os.path.isdir("/proc/%d" % found["State"]["Pid"])), ("running", True), "a process for State.Pid")
for _ in range(200):
    words = [p[-1] for p in json.loads(ask("GET", "/containers/one/top")[1])["Processes"]]
    if len(words) == 3 and "flower-superexec" in words[2]:  # before its exec it is another shell
        break
    time.sleep(0.02)
is_([w.split()[1].rpartition("/")[2] for w in words], ["docker-init", "flower-superlink", "flower-superexec"], "top: the tree")
is_(ask("DELETE", "/containers/one")[0], 409, "remove: it is running")
body = ask("GET", "/containers/one/logs?stderr=1&tail=1")[1]
is_((body[0], struct.unpack(">I", body[4:8])[0]), (2, len(body) - 8), "logs: a frame with its length")

link = http.client.HTTPConnection("engine", timeout=10)
link.sock = socket.socket(socket.AF_UNIX)
link.sock.connect(path)
link.request("POST", "/containers/one/wait?condition=not-running")
answer = link.getresponse()
is_((answer.status, answer.headers["Transfer-Encoding"]), (200, "chunked"), "wait: the headers come at once")
os.kill(found["State"]["Pid"], 9)
is_(json.loads(answer.read()), {"Error": None, "StatusCode": 137}, "wait: the end, whatever the restart policy does")
link.close()
is_(ask("POST", "/containers/two/wait")[0], 404, "wait: no container")
for _ in range(200):
    if inspect()["State"]["Status"] == "running":
        break
    time.sleep(0.02)
is_((inspect()["RestartCount"], inspect()["State"]["Running"]), (1, True), "the restart policy starts it again: RestartCount")
is_(ask("POST", "/containers/one/stop")[0], 204, "stop")
is_((ask("POST", "/containers/one/stop")[0], inspect()["State"]["Status"]), (304, "exited"), "it stays down")
is_(ask("GET", "/containers/one/top")[0], 409, "top of a stopped one")
is_(json.loads(ask("POST", "/containers/one/wait")[1]), {"Error": None, "StatusCode": 0}, "wait of a stopped one")
with open(scenario, "w") as out:
    json.dump({"container": {"start_error": "port is already allocated"}}, out)
is_(message(ask("POST", "/containers/one/start")), (500, "port is already allocated"), "start: the port is taken")
is_((inspect()["State"]["ExitCode"], inspect()["State"]["Error"]), (128, "port is already allocated"), "as State.Error")
with open(scenario, "w") as out:
    json.dump({"container": {"exit": 7, "exit_after": 0.05, "restart": "no"}}, out)
ask("POST", "/containers/one/start")
is_(json.loads(ask("POST", "/containers/one/wait")[1])["StatusCode"], 7, "a container that exits at once")
is_(ask("DELETE", "/containers/one")[0], 204, "remove")
with open(scenario, "w") as out:
    json.dump({"rules": [{"match": "GET /info", "status": 503, "message": "no", "times": 1},
                         {"match": "GET /version", "stall": True}]}, out)
is_([ask("GET", "/info")[0], ask("GET", "/info")[0]], [503, 200], "rules are used up")
try:
    ask("GET", "/version", timeout=0.2)
    is_(1, 0, "stall")
except (socket.timeout, TimeoutError):
    is_(1, 1, "stall")
print("1..%d" % count)
PY
