// The command line.
#pragma once
#include <cerrno>
#include <cstdint>
#include <cstdlib>
#include <filesystem>
#include <iostream>
#include <string>

#include "files.h"

struct Options
{
    std::string inputs, weights, out = ".", parameters, seeds;
    int64_t seed = 0;
    uint32_t initial_seed = 0;
    bool potentials = false;
};

inline const char usage[] =
    "usage: network [--inputs FILE] [--weights DIR] [--out DIR] [--parameters FILE]\n"
    "               [--seed N | --seeds FILE] [--initial-seed N] [--potentials]\n"
    "README.md says what the files hold.\n";

inline int64_t whole_number(const std::string &text, const std::string &what)
{
    char *rest = nullptr;
    errno = 0;
    const int64_t value = std::strtoll(text.c_str(), &rest, 10);
    if(text.empty() || *rest || value < 0 || errno)
        throw BadInput(what + ": '" + text + "' is not a whole number below 2^63");
    return value;
}

inline uint32_t seed_number(const std::string &text, const std::string &what)
{
    const int64_t value = whole_number(text, what);
    if(value > UINT32_MAX)
        throw BadInput(what + ": '" + text + "' is not below 2^32");
    return (uint32_t)value;
}

inline Options read_options(int argc, char **argv)
{
    const std::filesystem::path home = std::filesystem::path(argv[0]).parent_path();
    Options options;
    options.inputs = (home / "inputs.txt").string();
    options.weights = (home / "weights").string();
    for(int k = 1; k < argc; k++)
    {
        const std::string name = argv[k];
        if(name == "--potentials")
        {
            options.potentials = true;
            continue;
        }
        if(name == "--help")
        {
            std::cout << usage;
            std::exit(0);
        }
        if(k + 1 == argc || name.substr(0, 2) != "--")
            throw BadInput("cannot understand '" + name + "'\n" + usage);
        const std::string value = argv[++k];
        if(name == "--inputs") options.inputs = value;
        else if(name == "--weights") options.weights = value;
        else if(name == "--out") options.out = value;
        else if(name == "--seeds") options.seeds = value;
        else if(name == "--seed") options.seed = whole_number(value, name);
        else if(name == "--initial-seed") options.initial_seed = seed_number(value, name);
        else if(name == "--parameters") options.parameters = value;
        else throw BadInput("cannot understand '" + name + "'\n" + usage);
    }
    return options;
}
