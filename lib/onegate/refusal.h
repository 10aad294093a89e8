/* SPDX-License-Identifier: Apache-2.0 */
/* Why a OneGate did not do what it was asked, in words that tell an administrator where to look. */
#ifndef FL_REFUSAL_H
#define FL_REFUSAL_H

#include "net/http.h"

/*
 * The likely cause of the HTTP status STATUS (not 2xx) with the body ANSWER. The statuses are those
 * of src/onegate/onegate-server.rb and of what may stand in front of it. A constant.
 */
const char *fl_refusal_cause(long status, const char *answer) FL_NONNULL(2);

/* What to check where no answer came (FAILURE is not FL_HTTP_OK). A constant. */
const char *fl_refusal_advice(enum fl_http_failure failure);

#endif
