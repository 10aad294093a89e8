/* SPDX-License-Identifier: Apache-2.0 */
#include "onegate/told.h"

#include <fcntl.h>
#include <string.h>
#include <sys/file.h>

#include "base/folder.h"
#include "base/mem.h"

/* Copies ATTRIBUTES to TO, but for the names that EXCEPT (may be NULL) has. */
static void copy(struct fl_attributes *to, const struct fl_attributes *attributes,
		 const struct fl_attributes *except)
{
	struct fl_error ignored = FL_ERROR_INIT;

	for (size_t i = 0; i < attributes->count; i++) {
		const struct fl_attribute *a = &attributes->list[i];

		if (except == NULL || fl_attributes_get(except, a->name) == NULL)
			fl_ignore(fl_attributes_add(to, a->name, a->value, &ignored));
	}
}

/* The last line has no line feed if the program that wrote it was killed: it may lack its end. */
static void parse(struct fl_told *told, char *text)
{
	struct fl_error ignored = FL_ERROR_INIT;
	bool first = true;

	for (char *line = text, *end; (end = strchr(line, '\n')) != NULL; line = end + 1) {
		*end = '\0';
		if (first && strcmp(line, told->recipient) != 0)
			return;
		if (!first)
			fl_ignore(fl_attributes_parse(&told->known, line, &ignored));
		first = false;
	}
}

int fl_told_open(struct fl_told *told, const struct fl_paths *paths,
		 const struct fl_onegate *onegate, struct fl_error *err)
{
	fl_auto_buf struct fl_buf text = FL_BUF_INIT;
	fl_auto_close int fd = -1;

	told->recipient = fl_xasprintf("%s %s", onegate->url,
				       onegate->vmid != NULL ? onegate->vmid : "");
	if (fl_folder_make(paths->run_dir, 0755, err) != 0)
		return -1;
	fd = open(paths->told, O_RDWR | O_CREAT | O_NOFOLLOW | O_CLOEXEC, 0600);
	if (fd < 0 || flock(fd, LOCK_EX) != 0 || fl_buf_read(&text, fd) != 0)
		return fl_error_set(err, FL_EXIT_SYSTEM, errno, "%s", paths->told);
	if (text.length > 0)
		parse(told, text.data);
	told->fd = fl_steal_fd(&fd);
	return 0;
}

const char *fl_told_get(const struct fl_told *told, const char *name)
{
	return fl_attributes_get(&told->known, name);
}

bool fl_told_holds(const struct fl_told *told, const struct fl_attributes *attributes)
{
	for (size_t i = 0; i < attributes->count; i++) {
		const char *value = fl_told_get(told, attributes->list[i].name);

		if (value == NULL || strcmp(value, attributes->list[i].value) != 0)
			return false;
	}
	return true;
}

/*
 * In place, because a new file would not be locked, and emptied first: a program that is killed in
 * the middle leaves the beginning of the new text, never the end of the old one.
 */
static void write_file(const struct fl_told *told)
{
	fl_auto_free char *pairs = fl_attributes_text(&told->known);
	fl_auto_free char *text = fl_xasprintf("%s\n%s", told->recipient, pairs);
	ssize_t length = (ssize_t)strlen(text);

	if (ftruncate(told->fd, 0) != 0 || pwrite(told->fd, text, (size_t)length, 0) != length)
		fl_ignore(ftruncate(told->fd, 0));
}

void fl_told_forget(struct fl_told *told, const struct fl_attributes *attributes)
{
	struct fl_attributes kept = FL_ATTRIBUTES_INIT;

	if (told->fd < 0)
		return;
	copy(&kept, &told->known, attributes);
	fl_attributes_free(&told->known);
	told->known = kept;
	write_file(told);
}

void fl_told_add(struct fl_told *told, const struct fl_attributes *attributes)
{
	if (told->fd < 0)
		return;
	copy(&told->known, attributes, NULL);
	write_file(told);
}

void fl_told_close(struct fl_told *told)
{
	fl_cleanup_close(&told->fd);
	fl_cleanup_free(&told->recipient);
	fl_attributes_free(&told->known);
	*told = (struct fl_told)FL_TOLD_INIT;
}
