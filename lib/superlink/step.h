/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The twelve steps of a boot (spec section 3). Each is logged once, when it ends, as
 * "step N/12 NAME: OUTCOME, DURATION: details", so that the log shows which one failed or was slow.
 */
#ifndef FL_STEP_H
#define FL_STEP_H

#include "base/error.h"
#include "base/wait.h"
#include "config/paths.h"

enum fl_step_number {
	FL_STEP_BOOT = 1,
	FL_STEP_CONTEXT,
	FL_STEP_VALIDATE,
	FL_STEP_FILES,
	FL_STEP_FOLDERS,
	FL_STEP_UNIT,
	FL_STEP_DOCKER,
	FL_STEP_IMAGE,
	FL_STEP_START,
	FL_STEP_HEALTH,
	FL_STEP_PUBLISH,
	FL_STEP_READY,
	FL_STEP_COUNT = FL_STEP_READY,
};

struct fl_step {
	enum fl_step_number number;
	fl_time started;
};

/* A step that begins now. */
struct fl_step fl_step_begin(enum fl_step_number number);

/* Logs that the step is done, with details for people, and returns FL_EXIT_OK. */
enum fl_exit fl_step_done(const struct fl_step *step, const char *format, ...) FL_PRINTF(2, 3)
	FL_NONNULL(1, 2);

/* The same as a warning: something failed, but the boot can go on. */
enum fl_exit fl_step_warned(const struct fl_step *step, const char *format, ...) FL_PRINTF(2, 3)
	FL_NONNULL(1, 2);

/* Logs that the step failed, and why, and returns the error's exit status. */
enum fl_exit fl_step_failed(const struct fl_step *step, const struct fl_error *err)
	FL_NONNULL(1, 2);

/*
 * Logs step 1, which the system has done, with the time from power-on until contextualization wrote
 * the context file, if that is the host's and was written in this boot. Logs nothing if there is no
 * such file, because step 2 reports that.
 */
void fl_step_boot(const struct fl_paths *paths) FL_NONNULL(1);

#endif
