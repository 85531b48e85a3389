// Runs the network in network/ on a file of input spikes; README.md says how.
#include <chrono>
#include <cmath>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <limits>
#include <optional>
#include <type_traits>

#include "files.h"
#include "library.h"
#include "network.h"
#include "options.h"
#include "tables.h"

namespace
{

namespace fs = std::filesystem;

constexpr int64_t block_size = 500;  // trials run and written at once

struct Array
{
    int64_t k;
    void *data;
    int64_t size;
    std::string label, name, dtype;
};

Array array_number(int64_t k)
{
    const char *label = nullptr, *name = nullptr, *dtype = nullptr;
    Array array{k, nullptr, 0, "", "", ""};
    resident_array(k, &label, &name, &dtype, &array.data, &array.size);
    array.label = label;
    array.name = name;
    array.dtype = dtype;
    return array;
}

// The array with this label ("population.variable") or, failing that, this name in the sources.
std::optional<Array> find_array(const std::string &wanted)
{
    for(int64_t k = 0; k < resident_array_count(); k++)
        if(const Array array = array_number(k); array.label == wanted || array.name == wanted)
            return array;
    return std::nullopt;
}

int64_t item_size(const std::string &dtype)
{
    if(dtype == "double" || dtype == "int64_t" || dtype == "uint64_t") return 8;
    return dtype == "char" ? 1 : 4;
}

void load_static_arrays(const fs::path &folder)
{
    for(const description::StaticArray *s = description::static_arrays; s->name; s++)
    {
        const std::optional<Array> array = find_array(s->name);
        if(!array)
            throw BadInput(std::string(s->name) + ": not an array of this network");
        if(array->size * item_size(array->dtype) != s->bytes)
            throw BadInput(std::string(s->name) + ": not an array of this network");
        const std::string path = (folder / s->name).string();
        read_raw(path, array->data, s->bytes, "part of the network");
        if(checksum(array->data, s->bytes) != s->checksum)
            throw BadInput(path + ": not the contents that this program was made with");
    }
}

// Where a trial changes weights, these are what every trial starts from.
void load_weights(const fs::path &folder)
{
    for(const description::Learnable *c = description::parameters_of; c->name; c++)
    {
        const std::optional<Array> array = find_array(c->array);
        const bool narrow = array && array->dtype == "float";
        if(!array || array->size != c->pre * c->post || !(narrow || array->dtype == "double"))
            throw BadInput(std::string(c->array) + ": not an array of this network");
        const std::string path = (folder / (std::string(c->name) + ".f64")).string();
        const std::string shape =
            std::to_string(c->pre) + " x " + std::to_string(c->post) + " float64";
        int64_t size = 0;
        void *const saved = c->plastic ? nullptr : resident_saved(array->k, &size);
        void *const place = saved ? saved : array->data;
        std::vector<double> values(array->size);
        read_raw(path, values.data(), array->size * sizeof(double), shape);
        for(int64_t k = 0; k < array->size; k++)
            if(!std::isfinite(narrow ? (float)values[k] : values[k]))
                throw BadInput(path + ": the weight from neuron " + std::to_string(k / c->post) +
                               " to neuron " + std::to_string(k % c->post) + " is not finite");
        if(narrow)
            std::copy(values.begin(), values.end(), (float *)place);
        else
            std::copy(values.begin(), values.end(), (double *)place);
        {% if model.plastic %}
        resident_keep(array->k, c->plastic);
        {% endif %}
    }
}
{% if model.plastic %}

// All that is learned, as it is after the last trial: a folder for --weights.
void write_learned(const fs::path &folder)
{
    std::error_code ignored;
    fs::create_directories(folder, ignored);
    for(const description::Learnable *c = description::parameters_of; c->name; c++)
    {
        const Array array = *find_array(c->array);
        int64_t size = 0;
        void *const saved = c->plastic ? nullptr : resident_saved(array.k, &size);
        const fs::path path = folder / (std::string(c->name) + ".f64");
        std::ofstream file(path, std::ios::binary);
        file.write((const char *)(saved ? saved : array.data), 8 * c->pre * c->post);
        file.close();
        if(!file)
            throw BadInput(path.string() + ": cannot be written");
    }
}
{% endif %}

// Whether a number is the same as a T; 2^63 is the largest power of two that is asked about.
template <typename T>
bool fits(double value)
{
    if(std::is_same_v<T, double>)
        return true;
    const double end = std::is_same_v<T, bool> ? 2 : std::ldexp(1, 8 * sizeof(T) - 1);
    if(std::is_same_v<T, float>)
        return std::fabs(value) <= std::numeric_limits<float>::max();
    return value == std::floor(value) && value < end &&
           value >= (std::is_same_v<T, bool> ? 0 : -end);
}

template <typename T>
void copy(const std::vector<double> &values, const Array &array, const Lines &lines)
{
    for(const double value : values)
        if(!fits<T>(value))
            lines.complain("'" + array.label + "' cannot be " + std::to_string(value));
    for(int64_t k = 0; k < array.size; k++)
        ((T *)array.data)[k] = (T)values[values.size() == 1 ? 0 : k];
}

void set_parameter(const std::vector<double> &values, const Array &array, const Lines &lines)
{
    if(array.dtype == "double") copy<double>(values, array, lines);
    else if(array.dtype == "float") copy<float>(values, array, lines);
    else if(array.dtype == "int64_t") copy<int64_t>(values, array, lines);
    else if(array.dtype == "int32_t") copy<int32_t>(values, array, lines);
    else copy<bool>(values, array, lines);
}

bool is_parameter(const std::string &name)
{
    for(const char *const *p = description::parameters; *p; p++)
        if(name == *p)
            return true;
    return false;
}

// A line a parameter: POPULATION.NAME, and one value or as many as there are neurons.
void load_parameters(const std::string &path)
{
    for(Lines lines(path); lines.next();)
    {
        const std::string name(lines.words[0]);
        const std::optional<Array> array = find_array(name);
        if(!array || !is_parameter(name))
            lines.complain("the network has no parameter '" + name + "'");
        std::vector<double> values;
        for(size_t k = 1; k < lines.words.size(); k++)
            values.push_back(lines.real(k));
        const auto n = (int64_t)values.size();
        if(n != 1 && n != array->size)
            lines.complain("expected one value or " + std::to_string(array->size) + " of '" +
                           name + "', got " + std::to_string(n));
        set_parameter(values, *array, lines);
    }
}

void prepare(const Options &options, const fs::path &home)
{
    resident_allocate();
    resident_seed(options.initial_seed);
    load_static_arrays(home / "static_arrays");
    if(!resident_prepare())
        std::exit(1);  // It has printed its reason.
    if(!options.parameters.empty())
        load_parameters(options.parameters);
    resident_save();
    load_weights(options.weights);
}

std::vector<uint32_t> seeds_of(const Options &options, int64_t n_trials)
{
    if(!options.seeds.empty())
        return read_seeds(options.seeds, n_trials);
    std::vector<uint32_t> seeds(n_trials);
    for(int64_t k = 0; k < n_trials; k++)
        seeds[k] = (uint32_t)((uint64_t)options.seed + (uint64_t)k);
    return seeds;
}

int64_t final_size()
{
    int64_t size = 0;
    for(const description::Population *p = description::populations; p->name; p++)
        size += p->potential ? p->size : 0;
    return size;
}

int run(const Options &options, const fs::path &home)
{
    using Clock = std::chrono::steady_clock;
    const Inputs inputs = read_inputs(options.inputs, description::n_inputs, description::n_steps);
    const std::vector<uint32_t> seeds = seeds_of(options, inputs.n_trials());
    prepare(options, home);
    std::error_code ignored;
    fs::create_directories(options.out, ignored);
    const fs::path out = options.out;
    Table spikes(out / "spikes.csv",
                 options.potentials ? "trial,population,neuron,step,potential"
                                    : "trial,population,neuron,step");
    Table decisions(out / "decisions.csv", "trial,decision,decision_step,tie,silent");
    std::optional<Table> final;
    if(options.potentials)
        final.emplace(out / "potentials.csv", "trial,population,neuron,potential");
    {% for record in model.recorded %}
    std::ofstream states_{{loop.index0}}(out / "states_{{loop.index0}}.f64", std::ios::binary);
    {% endfor %}
    double seconds = 0;
    for(int64_t first = 0; first < inputs.n_trials(); first += block_size)
    {
        Block block(first, std::min(block_size, inputs.n_trials() - first), final_size());
        const auto begun = Clock::now();
        block.run(inputs, seeds);
        seconds += std::chrono::duration<double>(Clock::now() - begun).count();
        write_spikes(block, options.potentials, spikes);
        write_decisions(block, decisions);
        if(final)
            write_final(block, *final);
        {% for record in model.recorded %}
        {
            const int64_t n_values = {{model.recorded_shape(record, n_steps)|join(' * ')}};
            std::vector<double> values(block.n * n_values);
            resident_states({{loop.index0}}, values.data());
            states_{{loop.index0}}.write((const char *)values.data(), 8 * values.size());
        }
        {% endfor %}
    }
    spikes.close();
    decisions.close();
    {% for record in model.recorded %}
    states_{{loop.index0}}.close();
    if(!states_{{loop.index0}})
        throw BadInput("states_{{loop.index0}}.f64: cannot be written");
    {% endfor %}
    if(final)
        final->close();
    {% if model.plastic %}
    write_learned(out / "learned");
    {% endif %}
    const int64_t n = inputs.n_trials();
    std::cout << n << " trials in " << seconds << " s, " << (n ? 1e6 * seconds / n : 0)
              << " us a trial; spikes.csv and decisions.csv are in " << options.out << std::endl;
    return 0;
}

}

int main(int argc, char **argv)
{
    try
    {
        return run(read_options(argc, argv), fs::path(argv[0]).parent_path());
    }
    catch(const std::exception &error)
    {
        std::cerr << "network: " << error.what() << std::endl;
        return 2;
    }
}
