/* SPDX-License-Identifier: Apache-2.0 */
#include "superlink/container.h"

#include <inttypes.h>
#include <string.h>

#include "base/buf.h"
#include "base/json.h"
#include "base/mem.h"
#include "config/flower.h"
#include "docker/docker.h"
#include "superlink/limit.h"

#define STOP_TIMEOUT 30 /* seconds; the SuperLink needs 0.4, or 19 if the network drops packets */
#define PORTS_MAX    3

/*
 * After a crash, Docker's restart policy and the `docker stop` of the unit's ExecStopPost would
 * race: the container that Docker has started would be stopped again (trap 34).
 */
static const char *restart_policy(bool by_systemd)
{
	return by_systemd ? "no" : "unless-stopped";
}

struct words {
	char **word; /* owned, and each of them */
	size_t count;
};

static void add(struct words *words, char *word)
{
	words->word = fl_xgrow(words->word, words->count, sizeof(*words->word));
	words->word[words->count++] = word;
}

static void add_two(struct words *words, const char *option, char *value)
{
	add(words, fl_xstrdup(option));
	add(words, value);
}

static void free_words(struct words *words)
{
	while (words->count > 0)
		free(words->word[--words->count]);
	free(words->word);
}

#define fl_auto_words __attribute__((cleanup(free_words)))

/*
 * The arguments of flower-superlink, which follow the image. Inside the container the server
 * listens on all interfaces, as it cannot bind an address of the host.
 */
static void arguments(const struct fl_settings *settings, const char *image, struct words *words)
{
	const struct fl_flower *flower = fl_flower_for(fl_flower_tag(image), NULL);
	unsigned fleet = fl_settings_address(settings, FL_PARAM_FLEET_API_ADDRESS).port;
	unsigned control = fl_settings_address(settings, FL_PARAM_CONTROL_API_ADDRESS).port;

	add(words, fl_xstrdup("--insecure"));
	add_two(words, "--isolation", fl_xstrdup(fl_settings_get(settings, FL_PARAM_ISOLATION)));
	add_two(words, "--database", fl_xstrdup(fl_settings_get(settings, FL_PARAM_DATABASE)));
	if (flower->storage_dir)
		add_two(words, "--storage-dir", fl_xstrdup("state/ffs"));
	if (flower->arguments != FL_ARGUMENTS_ONE_PORT)
		add_two(words, "--fleet-api-address", fl_xasprintf("0.0.0.0:%u", fleet));
	if (flower->arguments == FL_ARGUMENTS_ADDRESSES) {
		add_two(words, "--control-api-address", fl_xasprintf("0.0.0.0:%u", control));
		return;
	}
	add_two(words, "--host", fl_xstrdup("0.0.0.0"));
	add_two(words, "--port",
		fl_xasprintf("%u", flower->arguments == FL_ARGUMENTS_ONE_PORT ? fleet : control));
}

/* Where the host publishes ports; a port has the same number inside the container. */
static size_t ports(const struct fl_settings *settings, const char *image,
		    struct fl_address published[PORTS_MAX])
{
	const struct fl_flower *flower = fl_flower_for(fl_flower_tag(image), NULL);
	size_t count = 0;

	if (flower->appio_port) {
		/* In subprocess isolation nothing outside the container needs ServerAppIo. */
		fl_address_set_host(&published[count],
				    fl_settings_subprocess(settings) ? "127.0.0.1" : "0.0.0.0");
		published[count++].port = FL_APPIO_PORT;
	}
	published[count++] = fl_settings_address(settings, FL_PARAM_FLEET_API_ADDRESS);
	if (flower->arguments != FL_ARGUMENTS_ONE_PORT)
		published[count++] = fl_settings_address(settings, FL_PARAM_CONTROL_API_ADDRESS);
	return count;
}

char *fl_container_env(const struct fl_settings *settings, const char *tag)
{
	fl_auto_buf struct fl_buf text = FL_BUF_INIT;

	for (unsigned i = 0; i < FL_PARAM_CONFIG_COUNT; i++) {
		enum fl_param_id id = (enum fl_param_id)i;

		if (fl_param(id)->env != NULL)
			fl_buf_printf(&text, "%s=%s\n", fl_param(id)->env,
				      fl_settings_get(settings, id));
	}
	/* Telemetry would delay each stop by 10 to 19 s on a network that drops packets. */
	fl_buf_puts(&text, "FLWR_TELEMETRY_ENABLED=0\n");
	if (fl_flower_for(tag, NULL)->installs)
		fl_buf_puts(&text, "FLWR_DISABLE_RUNTIME_DEPENDENCY_INSTALLATION=1\n");
	return fl_buf_take(&text);
}

char *fl_container_command(const struct fl_settings *settings, const struct fl_paths *paths,
			   const char *image, bool by_systemd)
{
	fl_auto_buf struct fl_buf text = FL_BUF_INIT;
	fl_auto_free char *volume = fl_xasprintf("%s:/app/state", paths->state_dir);
	fl_auto_words struct words words = { .word = NULL };
	struct fl_address published[PORTS_MAX];
	size_t count = ports(settings, image, published);
	unsigned files = fl_limit_files();
	bool wrapped = false;

	fl_buf_printf(&text, "docker create --name " FL_CONTAINER_NAME " --restart %s --init \\\n ",
		      restart_policy(by_systemd));
	for (size_t i = 0; i < count; i++) {
		fl_auto_free char *host = fl_address_text(&published[i]);
		fl_auto_free char *both = fl_xasprintf("%s:%u", host, (unsigned)published[i].port);

		fl_buf_puts(&text, " -p ");
		fl_buf_shell(&text, both);
	}
	fl_buf_puts(&text, " \\\n  -v ");
	fl_buf_shell(&text, volume);
	fl_buf_puts(&text, " --env-file ");
	fl_buf_shell(&text, paths->env);
	fl_buf_printf(
		&text,
		" \\\n  --cap-drop ALL --security-opt no-new-privileges --ulimit nofile=%u:%u "
		"--stop-timeout %d \\\n"
		"  --log-driver json-file --log-opt max-size=10m --log-opt max-file=3 \\\n  ",
		files, files, STOP_TIMEOUT);
	fl_buf_shell(&text, image);
	fl_buf_puts(&text, " \\\n ");
	arguments(settings, image, &words);
	for (size_t i = 0; i < words.count; i++) {
		/* The addresses begin a new line. */
		if (!wrapped && (strcmp(words.word[i], "--fleet-api-address") == 0 ||
				 strcmp(words.word[i], "--host") == 0)) {
			fl_buf_puts(&text, " \\\n ");
			wrapped = true;
		}
		fl_buf_putc(&text, ' ');
		fl_buf_shell(&text, words.word[i]);
	}
	fl_buf_putc(&text, '\n');
	return fl_buf_take(&text);
}

static void add_env(cJSON *request, const struct fl_settings *settings, const char *image)
{
	cJSON *env = cJSON_AddArrayToObject(request, "Env");
	fl_auto_free char *lines = fl_container_env(settings, fl_flower_tag(image));
	char *rest = NULL;

	for (char *line = strtok_r(lines, "\n", &rest); line != NULL;
	     line = strtok_r(NULL, "\n", &rest))
		cJSON_AddItemToArray(env, cJSON_CreateString(line));
}

static void add_ports(cJSON *request, cJSON *host, const struct fl_settings *settings,
		      const char *image)
{
	cJSON *exposed = cJSON_AddObjectToObject(request, "ExposedPorts");
	cJSON *bindings = cJSON_AddObjectToObject(host, "PortBindings");
	struct fl_address published[PORTS_MAX];
	size_t count = ports(settings, image, published);

	for (size_t i = 0; i < count; i++) {
		fl_auto_free char *inside = fl_xasprintf("%u/tcp", (unsigned)published[i].port);
		fl_auto_free char *port = fl_xasprintf("%u", (unsigned)published[i].port);
		cJSON *binding = cJSON_CreateObject();

		cJSON_AddObjectToObject(exposed, inside);
		cJSON_AddStringToObject(binding, "HostIp", published[i].host);
		cJSON_AddStringToObject(binding, "HostPort", port);
		cJSON_AddItemToArray(cJSON_AddArrayToObject(bindings, inside), binding);
	}
}

static void add_list_of_one(cJSON *object, const char *name, const char *text)
{
	cJSON_AddItemToArray(cJSON_AddArrayToObject(object, name), cJSON_CreateString(text));
}

static void add_files(cJSON *host)
{
	cJSON *limits = cJSON_AddArrayToObject(host, "Ulimits");
	cJSON *limit = cJSON_CreateObject();
	unsigned files = fl_limit_files();

	cJSON_AddStringToObject(limit, "Name", "nofile");
	cJSON_AddNumberToObject(limit, "Soft", files);
	cJSON_AddNumberToObject(limit, "Hard", files);
	cJSON_AddItemToArray(limits, limit);
}

static cJSON *add_host(cJSON *request, const struct fl_settings *settings,
		       const struct fl_paths *paths, const char *image, bool by_systemd)
{
	fl_auto_free char *volume = fl_xasprintf("%s:/app/state", paths->state_dir);
	cJSON *host = cJSON_AddObjectToObject(request, "HostConfig");
	cJSON *policy, *log, *log_options;

	add_ports(request, host, settings, image);
	add_list_of_one(host, "Binds", volume);
	policy = cJSON_AddObjectToObject(host, "RestartPolicy");
	cJSON_AddStringToObject(policy, "Name", restart_policy(by_systemd));
	/* PID 1 ignores SIGTERM until it has a handler: an early stop took 30 s (trap 24). */
	cJSON_AddTrueToObject(host, "Init");
	add_list_of_one(host, "CapDrop", "ALL");
	add_list_of_one(host, "SecurityOpt", "no-new-privileges");
	log = cJSON_AddObjectToObject(host, "LogConfig");
	cJSON_AddStringToObject(log, "Type", "json-file");
	log_options = cJSON_AddObjectToObject(log, "Config");
	cJSON_AddStringToObject(log_options, "max-size", "10m");
	cJSON_AddStringToObject(log_options, "max-file", "3");
	return host;
}

/*
 * FNV-1a, 64 bits (RFC 9923). It only has to tell configurations of one VM apart. It need not be
 * cryptographic, because an attacker would have to be root to set the label.
 */
static char *digest_of(const char *text, const char *image_id)
{
	const char *const parts[] = { text, "\n", image_id };
	uint64_t hash = UINT64_C(0xcbf29ce484222325);

	for (size_t i = 0; i < FL_ARRAY_SIZE(parts); i++) {
		for (const char *c = parts[i]; *c != '\0'; c++) {
			hash ^= (unsigned char)*c;
			hash *= UINT64_C(0x100000001b3);
		}
	}
	return fl_xasprintf("fnv1a64:%016" PRIx64, hash);
}

char *fl_container_request(const struct fl_settings *settings, const struct fl_paths *paths,
			   const char *image, const char *image_id, bool by_systemd, char **digest)
{
	fl_auto_words struct words words = { .word = NULL };
	fl_auto_free char *unlabelled = NULL;
	fl_auto_json cJSON *request = fl_json_object();
	cJSON *command, *host, *labels;

	cJSON_AddStringToObject(request, "Image", image);
	command = cJSON_AddArrayToObject(request, "Cmd");
	arguments(settings, image, &words);
	for (size_t i = 0; i < words.count; i++)
		cJSON_AddItemToArray(command, cJSON_CreateString(words.word[i]));
	add_env(request, settings, image);
	cJSON_AddNumberToObject(request, "StopTimeout", STOP_TIMEOUT);
	host = add_host(request, settings, paths, image, by_systemd);
	unlabelled = fl_json_print(request, false);
	*digest = digest_of(unlabelled, image_id);
	/* Not in the digest: it may depend on who calls, and that alone replaces no container. */
	add_files(host);
	labels = cJSON_AddObjectToObject(request, "Labels");
	cJSON_AddStringToObject(labels, FL_CONTAINER_LABEL, *digest);
	return fl_json_print(request, false);
}
