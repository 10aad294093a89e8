/* SPDX-License-Identifier: Apache-2.0 */
/*
 * libFuzzer target: the status file, which the next boot reads. The first byte says whether there
 * is a configuration, the rest is the file. The mark that the configuration stands is made if the
 * first line says that a bootstrap has succeeded, and else not. The next stage takes the file's
 * place.
 */
/* wrap: fsync */
#include "config/paths.h"
#include "file/file.h"
#include "folder.h"
#include "superlink/stage.h"

/* The files need not outlive a power cut. */
int __wrap_fsync(int fd)
{
	(void)fd;
	return 0;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct fuzz_input in = { data, size };
	bool configured = fuzz_choice(&in, 2) == 1;
	size_t length = in.size;
	fl_auto_free char *bytes = fuzz_take(&in, length);
	fl_auto_free char *line = fl_xstrndup(bytes, strcspn(bytes, "\n"));
	bool succeeded = length <= 64 && strcmp(line, "bootstrap_success") == 0;
	fl_auto_free char *status = NULL;
	fl_auto_paths struct fl_paths paths;
	struct fl_error err = FL_ERROR_INIT;

	folder_make("etc");
	folder_make("etc/one-appliance");
	folder_make("opt");
	folder_make("opt/flower");
	folder_make("opt/flower/config");
	fl_paths_init(&paths, folder, NULL);
	unlink(paths.booted);
	folder_write("opt/flower/config/superlink.json", 0, configured ? "{}" : NULL, 2);
	folder_write("etc/one-appliance/status", 0, bytes, length);
	FUZZ_HOLDS(fl_stage_set(&paths, "configure_started", &err) == 0);
	FUZZ_HOLDS((access(paths.booted, F_OK) == 0) == (succeeded && configured));
	status = fl_file_read(paths.status, 64, NULL);
	FUZZ_HOLDS(status != NULL && strcmp(status, "configure_started\n") == 0);
	return 0;
}
