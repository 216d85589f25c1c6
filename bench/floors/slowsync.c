/* A slower disk, and a count of how often it is waited for: loaded before the C library (LD_PRELOAD).
 *
 * Every fsync and fdatasync is counted and takes SLOWSYNC_US microseconds longer. It models an SD card's waiting; it
 * is not one. `slowsync_count` gives the count to the process itself; if SLOWSYNC_TALLY names a file of eight bytes, the
 * count stands there, for others to read while the process runs.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

static long own, *count = &own;

__attribute__((constructor)) static void open_tally(void)
{
    const char *name = getenv("SLOWSYNC_TALLY");
    int file = name ? open(name, O_RDWR) : -1;
    if (file < 0)
        return;
    void *shared = mmap(NULL, sizeof own, PROT_READ | PROT_WRITE, MAP_SHARED, file, 0);
    if (shared != MAP_FAILED)
        count = shared;
    close(file);
}

long slowsync_count(void)
{
    return __atomic_load_n(count, __ATOMIC_RELAXED);
}

static int slow(const char *name, int file)
{
    int (*real)(int) = (int (*)(int))dlsym(RTLD_NEXT, name);
    const char *more_us = getenv("SLOWSYNC_US");
    __atomic_add_fetch(count, 1, __ATOMIC_RELAXED);
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
