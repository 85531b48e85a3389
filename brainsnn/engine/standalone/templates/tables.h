// A block of trials and the tables written of it.
#pragma once
#include <charconv>
#include <cmath>
#include <cstdint>
#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

#include "decision.h"
#include "files.h"
#include "network.h"
#include "library.h"

class Table
{
    std::string path;
    std::ofstream file;

public:
    Table(const std::filesystem::path &path, const char *header) : path(path.string()), file(path)
    {
        file << header << '\n';
    }

    Table &operator<<(const char *text) { return file << text, *this; }
    Table &operator<<(int64_t value) { return file << value, *this; }

    // As few digits as give the same number back; nothing for NaN.
    Table &operator<<(double value)
    {
        char text[32];
        if(!std::isnan(value))
            file.write(text, std::to_chars(text, text + sizeof text, value).ptr - text);
        return *this;
    }

    void close()
    {
        file.close();
        if(!file)
            throw BadInput(path + ": cannot be written");
    }
};

struct Block
{
    int64_t first, n, final_size;
    std::vector<int64_t> trials, recorded;
    std::vector<double> final, columns;  // the columns of all spikes, as the library writes them

    Block(int64_t first, int64_t n, int64_t final_size)
        : first(first), n(n), final_size(final_size), trials(n), recorded(n + 1),
          final(n * final_size)
    {
        for(int64_t k = 0; k < n; k++)
            trials[k] = first + k;
    }

    void run(const Inputs &inputs, const std::vector<uint32_t> &seeds)
    {
        resident_run(
            inputs.offsets.data(), inputs.neuron.data(), inputs.step.data(), trials.data(), n,
            description::n_steps, description::stochastic ? seeds.data() + first : nullptr,
            recorded.data(), final.data());
        columns.resize((n_spikes() * 20 + 7) / 8);
        resident_spikes(columns.data());
    }

    int64_t n_spikes() const { return recorded[n]; }
    const double *potential() const { return columns.data(); }
    const int32_t *population() const { return (const int32_t *)(columns.data() + n_spikes()); }
    const int32_t *neuron() const { return population() + n_spikes(); }
    const int32_t *step() const { return neuron() + n_spikes(); }
};

inline void write_spikes(const Block &block, bool potentials, Table &table)
{
    for(int64_t trial = 0; trial < block.n; trial++)
        for(int64_t k = block.recorded[trial]; k < block.recorded[trial + 1]; k++)
        {
            table << block.first + trial << "," << description::populations[block.population()[k]].name
                  << "," << (int64_t)block.neuron()[k] << "," << (int64_t)block.step()[k];
            if(potentials)
                table << "," << block.potential()[k];
            table << "\n";
        }
}

// Where among the final potentials of a trial the output's begin.
inline int64_t output_offset()
{
    int64_t offset = 0;
    for(int32_t p = 0; p < description::output; p++)
        if(description::populations[p].potential)
            offset += description::populations[p].size;
    return offset;
}

inline void write_decisions(const Block &block, Table &table)
{
    const int32_t n_classes = description::populations[description::output].size;
    const double *const final = block.final.data() + output_offset();
    for(int64_t trial = 0; trial < block.n; trial++)
    {
        const int64_t begin = block.recorded[trial], end = block.recorded[trial + 1];
        const Decision d = decide(
            block.population() + begin, block.neuron() + begin, block.step() + begin,
            block.potential() + begin, end - begin, description::output,
            final + trial * block.final_size, n_classes, description::n_steps);
        table << block.first + trial << "," << (int64_t)d.decision << "," << (int64_t)d.step << ","
              << (int64_t)d.tie << "," << (int64_t)d.silent << "\n";
    }
}

inline void write_final(const Block &block, Table &table)
{
    const double *value = block.final.data();
    for(int64_t trial = 0; trial < block.n; trial++)
        for(const description::Population *p = description::populations; p->name; p++)
            for(int64_t k = 0; p->potential && k < p->size; k++)
                table << block.first + trial << "," << p->name << "," << k << "," << *value++
                      << "\n";
}
