/* SPDX-License-Identifier: Apache-2.0 */
/* wrap: fl_limit_files */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include <cjson/cJSON.h>
#include <cmocka.h>

#include "docker/docker.h"
#include "superlink/container.h"
#include "superlink/limit.h"
#include "resolved.h"

#define IMAGE "flwr/superlink:1.25.0"

unsigned __wrap_fl_limit_files(void);

static unsigned files = FL_LIMIT_FILES;

unsigned __wrap_fl_limit_files(void)
{
	return files;
}

static char *command(const char *context, const char *root, const char *image)
{
	fl_auto_settings struct fl_settings settings = FL_SETTINGS_INIT;
	fl_auto_paths struct fl_paths paths;

	resolve(&settings, context);
	fl_paths_init(&paths, root, NULL);
	return fl_container_command(&settings, &paths, image, false);
}

static char *request(const char *context, const char *image, const char *id, char **digest)
{
	fl_auto_settings struct fl_settings settings = FL_SETTINGS_INIT;
	fl_auto_paths struct fl_paths paths;

	resolve(&settings, context);
	fl_paths_init(&paths, NULL, NULL);
	return fl_container_request(&settings, &paths, image, id, false, digest);
}

/* Section 5 of the specification, to the letter. */
static void the_command_is_the_documented_one(void **state)
{
	fl_auto_free char *text = command("", NULL, IMAGE);

	(void)state;
	assert_string_equal(
		text,
		"docker create --name flower-superlink --restart unless-stopped --init \\\n"
		"  -p 127.0.0.1:9091:9091 -p 0.0.0.0:9092:9092 -p 0.0.0.0:9093:9093 \\\n"
		"  -v /opt/flower/state:/app/state --env-file /opt/flower/config/superlink.env \\\n"
		"  --cap-drop ALL --security-opt no-new-privileges "
		"--ulimit nofile=65536:65536 --stop-timeout 30 \\\n"
		"  --log-driver json-file --log-opt max-size=10m --log-opt max-file=3 \\\n"
		"  flwr/superlink:1.25.0 \\\n"
		"  --insecure --isolation subprocess --database state/state.db --storage-dir "
		"state/ffs \\\n"
		"  --fleet-api-address 0.0.0.0:9092 --control-api-address 0.0.0.0:9093\n");
}

/* Trap 12: port and argument follow the address; inside the server listens on all interfaces. */
static void ports_and_addresses_follow_the_settings(void **state)
{
	fl_auto_free char *text = command(
		"FL_FLEET_API_ADDRESS=localhost:19092\n"
		"FL_CONTROL_API_ADDRESS=[::1]:19093\nFL_ISOLATION=process\n"
		"FL_DATABASE=\"state/it's.db\"\n",
		"/tmp/a b", IMAGE);

	(void)state;
	assert_non_null(strstr(text, " -p 0.0.0.0:9091:9091 -p 127.0.0.1:19092:19092 "
				     "-p '[::1]:19093:19093' "));
	assert_non_null(
		strstr(text,
		       "--fleet-api-address 0.0.0.0:19092 --control-api-address 0.0.0.0:19093"));
	assert_non_null(strstr(text, "-v '/tmp/a b/opt/flower/state:/app/state'"));
	assert_non_null(strstr(text, "--database 'state/it'\\''s.db'"));
}

/* Trap 27, spec section 14: the container restarts for ever if Flower refuses an argument. */
static void arguments_follow_the_version(void **state)
{
	fl_auto_free char *v28 = command("", NULL, "x:1.28.0"),
			  *v29 = command("", NULL, "x:1.29.0"),
			  *v37 = command("", NULL, "x:1.37.0"),
			  *v40 = command("", NULL, "x:1.40.0-py3.13");

	(void)state;
	assert_non_null(strstr(v28, "--storage-dir"));
	assert_null(strstr(v29, "--storage-dir"));
	assert_non_null(strstr(v29, "--control-api-address"));
	assert_non_null(strstr(v37, "--fleet-api-address 0.0.0.0:9092 --host 0.0.0.0 --port 9093"));
	assert_null(strstr(v37, "--control-api-address"));
	assert_null(strstr(v37, ":9091"));
	assert_non_null(strstr(v40, "--host 0.0.0.0 --port 9092\n"));
	assert_null(strstr(v40, "--fleet-api-address"));
	assert_null(strstr(v40, "9093"));
}

static void the_environment_is_in_env_file_syntax(void **state)
{
	fl_auto_settings struct fl_settings settings = FL_SETTINGS_INIT;
	fl_auto_free char *env = NULL;

	(void)state;
	resolve(&settings, "FL_NUM_ROUNDS=7\nFL_LOG_LEVEL=DEBUG\nTOKENTXT=geheim\n");
	env = fl_container_env(&settings, "1.25.0");
	assert_string_equal(env, "FL_NUM_ROUNDS=7\nFL_STRATEGY=FedAvg\nFL_MIN_FIT_CLIENTS=2\n"
				 "FL_MIN_EVALUATE_CLIENTS=2\nFL_MIN_AVAILABLE_CLIENTS=2\n"
				 "FLWR_LOG_LEVEL=DEBUG\nFLWR_TELEMETRY_ENABLED=0\n");
}

/* Trap 38: by the image that runs, which may be older than FLOWER_VERSION, after a fallback. */
static void no_run_installs_from_the_internet(void **state)
{
	static const char variable[] = "FLWR_DISABLE_RUNTIME_DEPENDENCY_INSTALLATION=1";
	static const struct {
		const char *image;
		bool set;
	} cases[] = {
		{ "x:1.25.0", false }, { "x:1.35.9", false },       { "x:1.36.0", true },
		{ "x:1.37.0", true },  { "x:1.42.0-py3.13", true }, { "x:latest", false },
	};

	(void)state;
	for (size_t i = 0; i < FL_ARRAY_SIZE(cases); i++) {
		fl_auto_free char *digest = NULL;
		fl_auto_free char *text = request("FLOWER_VERSION=1.40.0\n", cases[i].image,
						  "sha256:1", &digest);

		assert_int_equal(strstr(text, variable) != NULL, cases[i].set);
	}
}

/* Trap 5: no value can add a line to the file. */
static void no_value_injects_a_line(void **state)
{
	static const char hostile[] = "export FL_STRATEGY=\"FedAvg\nLD_PRELOAD=/x\"\n";
	fl_auto_settings struct fl_settings settings = FL_SETTINGS_INIT;
	fl_auto_findings struct fl_findings findings = FL_FINDINGS_INIT;
	fl_auto_context struct fl_context *context = NULL;
	fl_auto_free char *env = NULL;
	struct fl_error err = FL_ERROR_INIT;

	(void)state;
	assert_int_equal(fl_context_parse("test", hostile, sizeof(hostile) - 1, &context, &err), 0);
	fl_resolve(&settings, context, &findings);
	assert_true(findings.errors > 0);
	env = fl_container_env(&settings, "1.25.0");
	assert_null(strstr(env, "LD_PRELOAD"));
}

static void the_request_says_the_same(void **state)
{
	fl_auto_free char *digest = NULL;
	fl_auto_free char *text = request("FL_FLEET_API_ADDRESS=192.0.2.7:19092\n", IMAGE,
					  "sha256:1", &digest);
	cJSON *json = cJSON_Parse(text);
	const cJSON *host = cJSON_GetObjectItem(json, "HostConfig");
	fl_auto_free char *host_text = cJSON_PrintUnformatted(host);
	fl_auto_free char *exposed = cJSON_PrintUnformatted(
		cJSON_GetObjectItem(json, "ExposedPorts"));

	(void)state;
	assert_non_null(json);
	assert_string_equal(cJSON_GetStringValue(cJSON_GetObjectItem(json, "Image")), IMAGE);
	assert_string_equal(cJSON_GetStringValue(
				    cJSON_GetArrayItem(cJSON_GetObjectItem(json, "Cmd"), 0)),
			    "--insecure");
	assert_string_equal(exposed, "{\"9091/tcp\":{},\"19092/tcp\":{},\"9093/tcp\":{}}");
	assert_string_equal(
		host_text,
		"{\"PortBindings\":{"
		"\"9091/tcp\":[{\"HostIp\":\"127.0.0.1\",\"HostPort\":\"9091\"}],"
		"\"19092/tcp\":[{\"HostIp\":\"192.0.2.7\",\"HostPort\":\"19092\"}],"
		"\"9093/tcp\":[{\"HostIp\":\"0.0.0.0\",\"HostPort\":\"9093\"}]},"
		"\"Binds\":[\"/opt/flower/state:/app/state\"],"
		"\"RestartPolicy\":{\"Name\":\"unless-stopped\"},\"Init\":true," /* trap 24 */
		"\"CapDrop\":[\"ALL\"],\"SecurityOpt\":[\"no-new-privileges\"],"
		"\"LogConfig\":{\"Type\":\"json-file\","
		"\"Config\":{\"max-size\":\"10m\",\"max-file\":\"3\"}},"
		"\"Ulimits\":[{\"Name\":\"nofile\",\"Soft\":65536,\"Hard\":65536}]}");
	assert_int_equal(cJSON_GetObjectItem(json, "StopTimeout")->valueint, 30);
	assert_string_equal(cJSON_GetStringValue(
				    cJSON_GetObjectItem(cJSON_GetObjectItem(json, "Labels"),
							FL_CONTAINER_LABEL)),
			    digest);
	cJSON_Delete(json);
}

/* Trap 34: only one of systemd and Docker may start it again. */
static void one_owner_restarts_it(void **state)
{
	fl_auto_settings struct fl_settings settings = FL_SETTINGS_INIT;
	fl_auto_paths struct fl_paths paths;
	fl_auto_free char *digest = NULL, *text = NULL, *printed = NULL;

	(void)state;
	resolve(&settings, "");
	fl_paths_init(&paths, NULL, NULL);
	text = fl_container_request(&settings, &paths, IMAGE, "sha256:1", true, &digest);
	assert_non_null(strstr(text, "\"RestartPolicy\":{\"Name\":\"no\"}"));
	printed = fl_container_command(&settings, &paths, IMAGE, true);
	assert_non_null(strstr(printed, " --restart no --init "));
}

/* Trap 37. Who is granted less, in a shell with a lower limit, replaces no container. */
static void the_limit_of_files_is_no_difference(void **state)
{
	fl_auto_free char *digest = NULL, *same = NULL, *text = NULL;

	(void)state;
	free(request("", IMAGE, "sha256:1", &digest));
	files = 4096;
	text = request("", IMAGE, "sha256:1", &same);
	files = FL_LIMIT_FILES;
	assert_non_null(strstr(text, "\"Soft\":4096,\"Hard\":4096"));
	assert_string_equal(digest, same);
}

static void the_digest_tells_configurations_apart(void **state)
{
	fl_auto_free char *a = NULL, *same = NULL, *other = NULL, *image = NULL, *origin = NULL;

	(void)state;
	free(request("", IMAGE, "sha256:1", &a));
	free(request("", IMAGE, "sha256:1", &same));
	free(request("FL_NUM_ROUNDS=4\n", IMAGE, "sha256:1", &other));
	free(request("", IMAGE, "sha256:2", &image));
	free(request("FL_NUM_ROUNDS=3\n", IMAGE, "sha256:1", &origin));
	assert_string_equal(a, same);
	assert_string_equal(a, origin);
	assert_string_not_equal(a, other);
	assert_string_not_equal(a, image);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_command_is_the_documented_one),
		cmocka_unit_test(ports_and_addresses_follow_the_settings),
		cmocka_unit_test(arguments_follow_the_version),
		cmocka_unit_test(the_environment_is_in_env_file_syntax),
		cmocka_unit_test(no_run_installs_from_the_internet),
		cmocka_unit_test(no_value_injects_a_line),
		cmocka_unit_test(the_request_says_the_same),
		cmocka_unit_test(one_owner_restarts_it),
		cmocka_unit_test(the_limit_of_files_is_no_difference),
		cmocka_unit_test(the_digest_tells_configurations_apart),
	};

	return cmocka_run_group_tests_name("container", tests, NULL, NULL);
}
