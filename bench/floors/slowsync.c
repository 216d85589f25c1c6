/* A slower disk, and a count of how often it is waited for: loaded before the C library (LD_PRELOAD).
 *
 * Every fsync and fdatasync is counted and takes SLOWSYNC_US microseconds longer. It models an SD card's waiting; it
 * is not one. `slowsync_count` gives the count to the process itself.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <stdlib.h>
#include <unistd.h>

static long count;

long slowsync_count(void)
{
    return __atomic_load_n(&count, __ATOMIC_RELAXED);
}

static int slow(const char *name, int file)
{
    int (*real)(int) = (int (*)(int))dlsym(RTLD_NEXT, name);
    const char *more_us = getenv("SLOWSYNC_US");
    __atomic_add_fetch(&count, 1, __ATOMIC_RELAXED);
    if (more_us && atoi(more_us) > 0)
        usleep((useconds_t)atoi(more_us));
    return real(file);
}

int fsync(int file)
{
    return slow("fsync", file);
}

int fdatasync(int file)
{
    return slow("fdatasync", file);
}
