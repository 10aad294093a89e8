/* SPDX-License-Identifier: Apache-2.0 */
#include "superlink/image.h"

#include <string.h>

#include "base/log.h"
#include "base/mem.h"
#include "docker/pull.h"
#include "superlink/container.h"
#include "superlink/database.h"
#include "build.h"

#define ASK_LIMIT (30 * FL_SEC) /* for one question to the Engine; a busy one answers in a second */

static void set_reference(struct fl_image *image, const char *repository, const char *tag)
{
	fl_image_free(image);
	image->reference = fl_xasprintf("%s:%s", repository, tag);
	image->tag = fl_xstrdup(tag);
}

static void show_progress(void *data, const char *text)
{
	const struct fl_image *image = data;

	fl_log_progress("pulling %s: %s", image->reference, text);
}

/* 1 if the Engine has IMAGE, and sets its id; 0 if not; -1 if the Engine does not say. */
static int find(struct fl_docker *docker, struct fl_image *image, struct fl_error *err)
{
	int there = fl_docker_image_id(docker, image->reference, &image->id, fl_now() + ASK_LIMIT,
				       err);

	if (there >= 0)
		return there;
	err->code = FL_EXIT_UNAVAILABLE;
	return fl_error_wrap(err, "image %s: the Engine does not say whether it is there",
			     image->reference);
}

static int pull(struct fl_docker *docker, const char *repository, struct fl_image *image,
		const struct fl_image_limits *limits, struct fl_error *err)
{
	char duration[FL_DURATION_SIZE];
	int result, there;

	fl_log(FL_INFO, "pulling %s, for at most %s", image->reference,
	       fl_duration(duration, limits->pull));
	result = fl_docker_pull(docker, repository, image->tag, fl_now() + limits->pull,
				limits->stall, show_progress, image, err);
	fl_log_progress_end();
	if (result != 0)
		return -1;
	image->pulled = true;
	there = find(docker, image, err);
	if (there != 0)
		return there == 1 ? 0 : -1;
	return fl_error_set(err, FL_EXIT_UNAVAILABLE, 0,
			    "image %s: the pull succeeded, but the Engine does not have it",
			    image->reference);
}

/* Finds or pulls IMAGE. *ABSENT says whether the Engine has answered that it does not have it. */
static int find_or_pull(struct fl_docker *docker, const char *repository, struct fl_image *image,
			const struct fl_image_limits *limits, bool *absent, struct fl_error *err)
{
	int there = find(docker, image, err);

	*absent = there == 0;
	if (there != 0)
		return there == 1 ? 0 : -1;
	if (limits->pull == 0)
		return fl_error_set(err, FL_EXIT_UNAVAILABLE, 0, "a restart does not pull it");
	return pull(docker, repository, image, limits, err);
}

static int no_image(const struct fl_image *image, struct fl_error *err)
{
	err->code = FL_EXIT_UNAVAILABLE;
	fl_error_wrap(err, "image %s is not there and cannot be pulled", image->reference);
	return fl_error_hint(err,
			     "load it by hand: docker load -i FILE, or name a registry that this "
			     "VM reaches in FLOWER_IMAGE");
}

int fl_image_prebaked(struct fl_docker *docker, const struct fl_image_limits *limits,
		      struct fl_image *image, struct fl_error *err)
{
	bool absent;

	set_reference(image, FL_FLOWER_IMAGE, FL_FLOWER_VERSION);
	if (find_or_pull(docker, FL_FLOWER_IMAGE, image, limits, &absent, err) == 0)
		return 0;
	return absent ? no_image(image, err) : -1;
}

/* Chooses the pre-baked image, because the configured one failed for the reason in ERR. */
static int use_prebaked(struct fl_docker *docker, const struct fl_paths *paths,
			const struct fl_settings *settings, struct fl_image *image,
			struct fl_error *err)
{
	fl_auto_free char *wanted = fl_xstrdup(image->reference);
	struct fl_error failed = *err;
	int there;

	set_reference(image, FL_FLOWER_IMAGE, FL_FLOWER_VERSION);
	there = find(docker, image, err);
	if (there < 0)
		return -1;
	if (there == 0) {
		*err = failed;
		err->code = FL_EXIT_UNAVAILABLE;
		fl_error_wrap(err, "image %s is not available", wanted);
		return fl_error_hint(err, "the pre-baked %s is missing too: docker load -i FILE",
				     image->reference);
	}
	fl_log(FL_WARNING, "image %s is not available: %s; going on with the pre-baked %s", wanted,
	       failed.message, image->reference);
	image->fallback = true;
	return fl_database_check(paths, settings, image->tag, err);
}

static int choose(struct fl_docker *docker, const struct fl_paths *paths,
		  const struct fl_settings *settings, const struct fl_image_limits *limits,
		  struct fl_image *image, struct fl_error *err)
{
	const char *repository = fl_settings_get(settings, FL_PARAM_FLOWER_IMAGE);
	const char *tag = fl_settings_get(settings, FL_PARAM_FLOWER_VERSION);
	bool prebaked = strcmp(repository, FL_FLOWER_IMAGE) == 0 &&
			strcmp(tag, FL_FLOWER_VERSION) == 0;
	bool absent, replaced;

	set_reference(image, repository, tag);
	/* Check the database before the pull: an image that may not run need not be pulled. */
	if (fl_database_check(paths, settings, tag, err) != 0) {
		if (prebaked || err->code != FL_EXIT_UNAVAILABLE ||
		    fl_database_replaced(paths, settings, tag, &replaced, err) != 0 || !replaced)
			return -1;
		fl_error_set(err, FL_EXIT_UNAVAILABLE, 0,
			     "a newer Flower has run instead, and the database cannot be "
			     "downgraded");
		return use_prebaked(docker, paths, settings, image, err);
	}
	if (find_or_pull(docker, repository, image, limits, &absent, err) == 0)
		return 0;
	if (prebaked)
		return absent ? no_image(image, err) : -1;
	return use_prebaked(docker, paths, settings, image, err);
}

/*
 * If the unit restarts a SuperLink that ended, an unreachable registry must not delay it again: if
 * the container exists, so does an image that it can run from. A boot pulls.
 */
int fl_image_choose(struct fl_docker *docker, const struct fl_paths *paths,
		    const struct fl_settings *settings, const struct fl_image_limits *limits,
		    struct fl_image *image, struct fl_error *err)
{
	static const struct fl_image_limits no_pull = { .pull = 0 };
	fl_auto_container struct fl_docker_container container = { .exists = false };

	if (limits->restart &&
	    fl_docker_inspect(docker, FL_CONTAINER_NAME, &container, fl_now() + ASK_LIMIT, err) ==
		    0 &&
	    container.exists && choose(docker, paths, settings, &no_pull, image, err) == 0)
		return 0;
	return choose(docker, paths, settings, limits, image, err);
}

void fl_image_free(struct fl_image *image)
{
	free(image->reference);
	free(image->tag);
	/* clang 14 does not see that the assignment below resets it. */
	free(image->id); /* NOLINT(clang-analyzer-unix.Malloc) */
	*image = (struct fl_image)FL_IMAGE_INIT;
}
