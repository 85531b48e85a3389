// Reading files: every complaint names the file and the line.
#pragma once
#include <algorithm>
#include <charconv>
#include <cmath>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <limits>
#include <stdexcept>
#include <string>
#include <string_view>
#include <tuple>
#include <vector>

struct BadInput : std::runtime_error
{
    using std::runtime_error::runtime_error;
};

inline std::string read_file(const std::string &path)
{
    std::ifstream file(path, std::ios::binary);
    if(!file || std::filesystem::is_directory(path))
        throw BadInput(path + ": cannot be read");
    return {std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
}

// Fill `data` with exactly `bytes` bytes; `shape` says what they are.
inline void read_raw(const std::string &path, void *data, size_t bytes, const std::string &shape)
{
    const std::string contents = read_file(path);
    if(contents.size() != bytes)
        throw BadInput(path + ": " + std::to_string(contents.size()) + " bytes instead of " +
                       std::to_string(bytes) + " (" + shape + ")");
    if(bytes)
        std::memcpy(data, contents.data(), bytes);
}

// As zlib's crc32 gives it.
inline uint32_t checksum(const void *data, size_t bytes)
{
    uint32_t sum = 0xffffffff;
    for(size_t k = 0; k < bytes; k++)
    {
        sum ^= ((const unsigned char *)data)[k];
        for(int bit = 0; bit < 8; bit++)
            sum = (sum >> 1) ^ (sum & 1 ? 0xedb88320 : 0);
    }
    return ~sum;
}

// The words of a text file, a line at a time; '#' begins a comment.
class Lines
{
    std::string path, contents;
    size_t position = 0;

    void split(std::string_view line)
    {
        constexpr char separators[] = " \t\r,";
        words.clear();
        line = line.substr(0, line.find('#'));
        for(size_t end = 0;; line.remove_prefix(end))
        {
            const size_t begin = line.find_first_not_of(separators);
            if(begin == std::string_view::npos)
                return;
            line.remove_prefix(begin);
            end = std::min(line.find_first_of(separators), line.size());
            words.push_back(line.substr(0, end));
        }
    }

public:
    int64_t number = 0;
    std::vector<std::string_view> words;

    explicit Lines(const std::string &file) : path(file), contents(read_file(file)) {}

    bool next()
    {
        while(position < contents.size())
        {
            const size_t end = std::min(contents.find('\n', position), contents.size());
            split(std::string_view(contents).substr(position, end - position));
            position = end + 1;
            number++;
            if(!words.empty())
                return true;
        }
        return false;
    }

    [[noreturn]] void complain(const std::string &what) const
    {
        throw BadInput(path + ":" + std::to_string(number) + ": " + what);
    }

    int64_t integer(size_t k, const std::string &name, int64_t end) const
    {
        const std::string word(words[k]);
        int64_t value = -1;
        const auto [rest, error] = std::from_chars(word.data(), word.data() + word.size(), value);
        if(error != std::errc() || rest != word.data() + word.size() || value < 0 || value >= end)
            complain(name + " must be a whole number in 0.." + std::to_string(end - 1) +
                     ", got '" + word + "'");
        return value;
    }

    double real(size_t k) const
    {
        const std::string word(words[k]);
        char *rest = nullptr;
        const double value = std::strtod(word.c_str(), &rest);
        if(*rest || !std::isfinite(value))
            complain("'" + word + "' is not a number");
        return value;
    }
};

// Input spikes of all trials: trial k owns offsets[k] to offsets[k + 1].
struct Inputs
{
    std::vector<int64_t> offsets;
    std::vector<int32_t> neuron, step;

    int64_t n_trials() const { return (int64_t)offsets.size() - 1; }
};

struct InputSpike
{
    int32_t trial, neuron, step;
    int64_t line;
};

inline void refuse_doubles(const std::string &path, std::vector<InputSpike> spikes)
{
    const auto key = [](const InputSpike &s) { return std::tuple(s.trial, s.neuron, s.step); };
    std::stable_sort(spikes.begin(), spikes.end(), [&](const InputSpike &a, const InputSpike &b) {
        return key(a) < key(b);
    });
    for(size_t k = 1; k < spikes.size(); k++)
        if(key(spikes[k]) == key(spikes[k - 1]))
            throw BadInput(path + ":" + std::to_string(spikes[k].line) +
                           ": the same spike as in line " + std::to_string(spikes[k - 1].line));
}

// A line a spike, "trial neuron step", in any order; spikes of one step stay in the order of the
// file. The line "trials N" says how many trials there are if the last ones may be without spikes.
inline Inputs read_inputs(const std::string &path, int32_t n_neurons, int32_t n_steps)
{
    constexpr int64_t most = std::numeric_limits<int32_t>::max();
    std::vector<InputSpike> spikes;
    int64_t n_trials = 0, end = most;
    for(Lines lines(path); lines.next();)
    {
        if(lines.words[0] == "trials" && lines.words.size() == 2)
        {
            if(end != most)
                lines.complain("the number of trials is given a second time");
            end = lines.integer(1, "the number of trials", most);
            if(end < n_trials)
                lines.complain("there are spikes of trial " + std::to_string(n_trials - 1) +
                               " above, so there cannot be " + std::to_string(end) + " trials");
            n_trials = end;
            continue;
        }
        if(lines.words.size() != 3)
            lines.complain("expected 'trial neuron step', got " +
                           std::to_string(lines.words.size()) + " values");
        if(end == 0)
            lines.complain("a spike, but the file says that there are 0 trials");
        const auto trial = (int32_t)lines.integer(0, "the trial", end);
        const auto neuron = (int32_t)lines.integer(1, "the neuron", n_neurons);
        const auto step = (int32_t)lines.integer(2, "the step", n_steps);
        spikes.push_back({trial, neuron, step, lines.number});
        n_trials = std::max<int64_t>(n_trials, trial + 1);
    }
    refuse_doubles(path, spikes);
    std::stable_sort(spikes.begin(), spikes.end(), [](const InputSpike &a, const InputSpike &b) {
        return std::tie(a.trial, a.step) < std::tie(b.trial, b.step);
    });
    Inputs inputs;
    inputs.offsets.assign(n_trials + 1, 0);
    for(const InputSpike &spike : spikes)
    {
        inputs.offsets[spike.trial + 1]++;
        inputs.neuron.push_back(spike.neuron);
        inputs.step.push_back(spike.step);
    }
    for(int64_t k = 0; k < n_trials; k++)
        inputs.offsets[k + 1] += inputs.offsets[k];
    return inputs;
}

// A line a trial: the seed of its random draws.
inline std::vector<uint32_t> read_seeds(const std::string &path, int64_t n_trials)
{
    std::vector<uint32_t> seeds;
    for(Lines lines(path); lines.next();)
    {
        if(lines.words.size() != 1)
            lines.complain("expected one seed, got " + std::to_string(lines.words.size()) +
                           " values");
        seeds.push_back((uint32_t)lines.integer(0, "the seed", int64_t(1) << 32));
    }
    if((int64_t)seeds.size() != n_trials)
        throw BadInput(path + ": " + std::to_string(seeds.size()) + " seeds for " +
                       std::to_string(n_trials) + " trials");
    return seeds;
}
