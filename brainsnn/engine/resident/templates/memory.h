#pragma once
// Every array begins on a line of the cache, so that no vector of eight numbers is split between
// two; where malloc happens to put an array costs or saves a tenth of a trial otherwise. The
// operators stay inside the library, and what they allocate is free's to take back.
#include <cstdlib>
#include <new>

#define RESIDENT_HIDDEN __attribute__((visibility("hidden")))

RESIDENT_HIDDEN void *operator new(std::size_t size, const std::nothrow_t &) noexcept
{
    constexpr std::size_t line = 64;
    return std::aligned_alloc(line, (size / line + 1) * line);
}

RESIDENT_HIDDEN void *operator new(std::size_t size)
{
    if(void *memory = operator new(size, std::nothrow))
        return memory;
    throw std::bad_alloc();
}

RESIDENT_HIDDEN void *operator new[](std::size_t size) { return operator new(size); }
RESIDENT_HIDDEN void *operator new[](std::size_t size, const std::nothrow_t &) noexcept
{
    return operator new(size, std::nothrow);
}
RESIDENT_HIDDEN void operator delete(void *memory) noexcept { std::free(memory); }
RESIDENT_HIDDEN void operator delete[](void *memory) noexcept { std::free(memory); }
RESIDENT_HIDDEN void operator delete(void *memory, std::size_t) noexcept { std::free(memory); }
RESIDENT_HIDDEN void operator delete[](void *memory, std::size_t) noexcept { std::free(memory); }
