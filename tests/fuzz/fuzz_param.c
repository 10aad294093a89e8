/* SPDX-License-Identifier: Apache-2.0 */
/*
 * libFuzzer target: the validators. The first byte names the parameter, the rest is its value. What
 * is accepted goes into files of one line each, so it has no control character and no line break.
 */
#include "fuzz.h"
#include "param.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	fl_auto_free char *value = NULL;
	struct fl_error err = FL_ERROR_INIT;
	enum fl_param_id id;

	if (size == 0)
		return 0;
	id = (enum fl_param_id)(data[0] % FL_PARAM_COUNT);
	value = fuzz_text(data + 1, size - 1);
	if (fl_param_check(id, value, &err) != 0) {
		fuzz_refused(&err, FL_EXIT_CONFIG);
		return 0;
	}
	FUZZ_HOLDS(fuzz_is_shown(value, false));
	return 0;
}
