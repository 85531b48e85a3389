// The interface of the compiled network.
#pragma once
#include <cstdint>

extern "C" {
int64_t resident_array_count();
void resident_array(
    int64_t k, const char **label, const char **name, const char **dtype, void **data,
    int64_t *size);
void *resident_saved(int64_t k, int64_t *size);
void resident_allocate();
void resident_seed(uint32_t seed);
int32_t resident_prepare();
void resident_save();
void resident_run(
    const int64_t *offsets, const int32_t *neuron, const int32_t *step,
    const int64_t *trials, int64_t n_trials, int64_t n_steps, const uint32_t *seeds,
    int64_t *recorded, double *final);
void resident_spikes(void *columns);
{% if model.plastic %}
void resident_keep(int64_t k, int32_t kept);
{% endif %}
{% if model.recorded %}
void resident_states(int64_t k, double *values);
{% endif %}
}
