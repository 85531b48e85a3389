// What the program needs to know of the network; description.cpp says it.
#pragma once
#include <cstdint>

namespace description
{

struct Population
{
    const char *name;
    int32_t size;
    bool potential;  // whether it has membrane potentials
};

// The weights of a connection, or a parameter of a population's neurons.
struct Learnable
{
    const char *name;
    int64_t pre, post;
    const char *array;
    bool plastic;  // whether it goes on from trial to trial
};

struct StaticArray
{
    const char *name;
    int64_t bytes;
    uint32_t checksum;  // CRC-32 of them
};

// Each list ends with an entry without a name.
extern const Population populations[];
extern const Learnable parameters_of[];
extern const char *const parameters[];  // "population.name" of all that can be set
extern const StaticArray static_arrays[];

extern const int32_t n_steps;
extern const int32_t n_inputs;  // neurons of all populations that only give input spikes
extern const int32_t output;  // place in the list of populations
extern const bool stochastic;

}
