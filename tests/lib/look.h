/* SPDX-License-Identifier: Apache-2.0 */
/* One look at the container of world.h, for the tests of layers.c and health.c. */
#ifndef FL_TESTS_LOOK_H
#define FL_TESTS_LOOK_H

#include "health/layers.h"
#include "world.h"

/* Looks once, checks that FAILURE is the layer that failed, and returns whether all was ready. */
static inline bool look(struct fl_health *health, enum fl_layer_id failure)
{
	struct fl_health_check check = world_check();
	bool ready = fl_layers_try(health, &check, world.now + FL_HEALTH_TRY);

	assert_int_equal(fl_health_failure(health), failure);
	assert_int_equal(ready, failure == FL_LAYER_COUNT);
	for (int id = 0; id < FL_LAYER_COUNT; id++) {
		const struct fl_layer *layer = &health->layers[id];

		/* The layers after the failure were not tried and have no detail. */
		if (layer->applies && id > (int)failure && health->inspected)
			assert_int_equal(layer->state, FL_LAYER_UNTRIED);
		if (layer->state == FL_LAYER_UNTRIED)
			assert_null(layer->detail);
		else
			assert_non_null(layer->detail);
	}
	return ready;
}

static inline bool says(const struct fl_health *health, enum fl_layer_id id, const char *text)
{
	return strstr(health->layers[id].detail, text) != NULL;
}

#endif
