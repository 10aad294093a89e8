/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The image to run (step 8): the one that the settings name, pulled if it is missing, or the
 * pre-baked one if that fails, so that a VM without a registry gets a SuperLink, too.
 */
#ifndef FL_IMAGE_H
#define FL_IMAGE_H

#include <stdbool.h>

#include "config/paths.h"
#include "config/settings.h"
#include "docker/docker.h"

struct fl_image {
	char *reference; /* "repository:tag", owned */
	char *tag;       /* owned */
	char *id;        /* "sha256:...", owned */
	bool pulled;
	bool fallback; /* it is the pre-baked one, and the settings name another */
};

#define FL_IMAGE_INIT                                      \
	{                                                  \
		.reference = NULL, .tag = NULL, .id = NULL \
	}

struct fl_image_limits {
	int64_t pull;  /* nanoseconds for a whole pull; 0: nothing is pulled */
	int64_t stall; /* nanoseconds without progress after which a pull fails */
	bool restart;  /* if the container exists, try first without a pull */
};

/*
 * Fills IMAGE. If a pull fails and the pre-baked image is there, logs a warning and takes that one.
 * After it has run instead of an older image, it is taken again at each boot, because the older one
 * cannot use the database any more. 0, or -1: 69 if there is no image (also after a slow pull), or
 * if a newer Flower than the image has used the database; 71 if the database's note cannot be read.
 */
int fl_image_choose(struct fl_docker *docker, const struct fl_paths *paths,
		    const struct fl_settings *settings, const struct fl_image_limits *limits,
		    struct fl_image *image, struct fl_error *err)
	FL_MUST_CHECK FL_NONNULL(1, 2, 3, 4, 5, 6);

/* Fills IMAGE with the pre-baked one, pulled if it is missing, for a VM image. 0, or -1 with 69. */
int fl_image_prebaked(struct fl_docker *docker, const struct fl_image_limits *limits,
		      struct fl_image *image, struct fl_error *err)
	FL_MUST_CHECK FL_NONNULL(1, 2, 3, 4);

void fl_image_free(struct fl_image *image) FL_NONNULL(1);

#define fl_auto_image __attribute__((cleanup(fl_image_free)))

#endif
