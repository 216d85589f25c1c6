/* The limit of decoding ccTalk: cuts a stream into frames and proves their simple checksums, over and over.
 *
 *     frames FILE TIMES      prints how many frames each pass found and the seconds of all passes
 */
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

static long frames(const unsigned char *stream, long size)
{
    long found = 0, start = 0;
    while (start + 5 <= size) {
        long length = stream[start + 1] + 5L;
        unsigned char sum = 0;
        if (start + length > size)
            break;
        for (long place = start; place < start + length; place++)
            sum += stream[place];
        found += sum == 0;
        start += sum == 0 ? length : 1;
    }
    return found;
}

int main(int count, char **words)
{
    static unsigned char stream[1 << 24];
    struct timespec before, after;
    FILE *file = count == 3 ? fopen(words[1], "rb") : NULL;
    if (!file)
        return 2;
    long size = (long)fread(stream, 1, sizeof stream, file), found = 0;
    int times = atoi(words[2]);
    clock_gettime(CLOCK_MONOTONIC, &before);
    for (int pass = 0; pass < times; pass++) {
        stream[size - 1] ^= 0;
        __asm__ volatile("" ::: "memory");
        found += frames(stream, size);
    }
    clock_gettime(CLOCK_MONOTONIC, &after);
    printf("%ld %.9f\n", found / times, after.tv_sec - before.tv_sec + (after.tv_nsec - before.tv_nsec) * 1e-9);
    return 0;
}
