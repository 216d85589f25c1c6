/* The floor of every latency: gives each message back as soon as it is there, and does nothing else.
 *
 *     echo unix PATH          connects to a Unix socket
 *     echo tty PATH           opens a terminal
 *     echo unix PATH FILE     writes 4 KiB over the beginning of FILE and waits for the disk before it answers
 */
#include <fcntl.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <termios.h>
#include <unistd.h>

static int connected(const char *path)
{
    struct sockaddr_un name = {.sun_family = AF_UNIX};
    int line = socket(AF_UNIX, SOCK_STREAM, 0);
    strncpy(name.sun_path, path, sizeof name.sun_path - 1);
    return connect(line, (struct sockaddr *)&name, sizeof name) ? -1 : line;
}

static int opened(const char *path)
{
    struct termios raw;
    int line = open(path, O_RDWR | O_NOCTTY);
    if (line < 0 || tcgetattr(line, &raw))
        return -1;
    cfmakeraw(&raw);
    return tcsetattr(line, TCSANOW, &raw) ? -1 : line;
}

int main(int count, char **words)
{
    static char message[4096], block[4096];
    int file = -1, line;
    ssize_t size;

    if (count < 3)
        return 2;
    line = strcmp(words[1], "tty") ? connected(words[2]) : opened(words[2]);
    if (count > 3)
        file = open(words[3], O_RDWR | O_CREAT, 0600);
    if (line < 0 || (count > 3 && file < 0))
        return 1;
    while ((size = read(line, message, sizeof message)) > 0) {
        if (file >= 0 && (pwrite(file, block, sizeof block, 0) < 0 || fdatasync(file)))
            return 1;
        if (write(line, message, size) != size)
            return 1;
    }
    return 0;
}
