/* SPDX-License-Identifier: Apache-2.0 */
#include "config/paths.h"

#include <limits.h>
#include <string.h>

#include "base/mem.h"

/* Each path below the root, and the member that holds it. */
static const struct {
	size_t member;
	const char *path;
} places[] = {
	{ offsetof(struct fl_paths, context), "/run/one-context/one_env" },
	{ offsetof(struct fl_paths, config_dir), "/opt/flower/config" },
	{ offsetof(struct fl_paths, env), "/opt/flower/config/superlink.env" },
	{ offsetof(struct fl_paths, json), "/opt/flower/config/superlink.json" },
	{ offsetof(struct fl_paths, booted), "/opt/flower/config/booted" },
	{ offsetof(struct fl_paths, state_dir), "/opt/flower/state" },
	{ offsetof(struct fl_paths, certs_dir), "/opt/flower/certs" },
	{ offsetof(struct fl_paths, unit), "/etc/systemd/system/flower-superlink.service" },
	{ offsetof(struct fl_paths, service_dir), "/etc/one-appliance" },
	{ offsetof(struct fl_paths, status_link), "/etc/one-appliance/status" },
	{ offsetof(struct fl_paths, run_dir), "/run/flower-superlink" },
	{ offsetof(struct fl_paths, status), "/run/flower-superlink/status" },
	{ offsetof(struct fl_paths, lock), "/run/flower-superlink/lock" },
	{ offsetof(struct fl_paths, memory), "/run/flower-superlink/memory" },
	{ offsetof(struct fl_paths, told), "/run/flower-superlink/onegate" },
	{ offsetof(struct fl_paths, report), "/etc/one-appliance/config" },
	{ offsetof(struct fl_paths, motd), "/etc/motd" },
	{ offsetof(struct fl_paths, configure_log), "/var/log/one-appliance/flower-configure.log" },
	{ offsetof(struct fl_paths, bootstrap_log), "/var/log/one-appliance/flower-bootstrap.log" },
	{ offsetof(struct fl_paths, journal), "/run/systemd/journal/socket" },
};

#define OLD_CONTEXT "/var/run/one-context/one_env"

static char **member(struct fl_paths *paths, size_t offset)
{
	return (char **)(void *)((char *)paths + offset);
}

/* ROOT as an absolute path: the Engine needs one for bind mounts, and messages are clearer. */
static char *absolute(const char *root)
{
	char *path = realpath(root, NULL);
	size_t length;

	if (path == NULL && root[0] != '/') {
		fl_auto_free char *here = realpath(".", NULL);

		path = fl_xasprintf("%s/%s", here != NULL ? here : "", root);
	} else if (path == NULL) {
		path = fl_xstrdup(root);
	}
	length = strlen(path);
	while (length > 0 && path[length - 1] == '/')
		path[--length] = '\0';
	return path;
}

void fl_paths_init(struct fl_paths *paths, const char *root, const char *context)
{
	paths->root = absolute(root != NULL && root[0] != '\0' ? root : "/");
	for (size_t i = 0; i < FL_ARRAY_SIZE(places); i++)
		*member(paths, places[i].member) = fl_xasprintf("%s%s", paths->root,
								places[i].path);
	if (context == NULL && fl_paths_is_host(paths) && access(paths->context, F_OK) != 0 &&
	    access(OLD_CONTEXT, F_OK) == 0)
		context = OLD_CONTEXT;
	if (context != NULL) {
		free(paths->context);
		paths->context = fl_xstrdup(context);
	}
}

bool fl_paths_is_host(const struct fl_paths *paths)
{
	return paths->root[0] == '\0';
}

void fl_paths_free(struct fl_paths *paths)
{
	fl_cleanup_free(&paths->root);
	paths->root = NULL;
	for (size_t i = 0; i < FL_ARRAY_SIZE(places); i++) {
		char **slot = member(paths, places[i].member);

		fl_cleanup_free(slot);
		*slot = NULL;
	}
}
