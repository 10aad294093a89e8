/* SPDX-License-Identifier: Apache-2.0 */
/*
 * In the place of libFuzzer, for any compiler: runs a target on each file of its corpus and tells
 * so in TAP. The unit tests of `make check` have these among them.
 */
#include <dirent.h>

#include "base/buf.h"
#include "fuzz.h"

static int is_file(const struct dirent *entry)
{
	return entry->d_name[0] != '.';
}

/* By stdio, as a target may have replaced what the library reads files with. */
static bool replay(const char *path)
{
	FILE *file = fopen(path, "re");
	fl_auto_buf struct fl_buf bytes = FL_BUF_INIT;
	char block[4096];
	size_t got;

	if (file == NULL)
		return false;
	while ((got = fread(block, 1, sizeof(block), file)) > 0)
		fl_buf_add(&bytes, block, got);
	fclose(file);
	return LLVMFuzzerTestOneInput((const uint8_t *)bytes.data, bytes.length) == 0;
}

int main(int argc, char **argv)
{
	const char *sources = getenv("SRCDIR");
	const char *slash = strrchr(argv[0], '/');
	fl_auto_free char *corpus = fl_xasprintf("%s/tests/fuzz/corpus/%s",
						 sources != NULL ? sources : ".",
						 slash != NULL ? slash + 1 : argv[0]);
	struct dirent **entries = NULL;
	int count = scandir(corpus, &entries, is_file, alphasort);

	(void)argc;
	setvbuf(stdout, NULL, _IOLBF, 0);
	printf("1..%d\n", count > 0 ? count : 1);
	if (count <= 0)
		printf("not ok 1 - %s: no files\n", corpus);
	for (int i = 0; i < count; i++) {
		fl_auto_free char *path = fl_xasprintf("%s/%s", corpus, entries[i]->d_name);

		printf("%sok %d - %s\n", replay(path) ? "" : "not ", i + 1, entries[i]->d_name);
		free(entries[i]);
	}
	free(entries);
	return count > 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
