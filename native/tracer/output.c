/* See output.h. */
#include "output.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#define MAX_NUMBER 1000

static int absolute(const char *path, char *out, size_t size)
{
	size_t used = 0;

	if (path[0] != '/') {
		if (!getcwd(out, size))
			return -errno;
		used = strlen(out);
		if (used + 1 < size && out[used - 1] != '/')
			out[used++] = '/';
	}
	if (used + strlen(path) >= size)
		return -ENAMETOOLONG;
	strcpy(out + used, path);
	return 0;
}

int output_path(const char *asked, const char *program, char *path, size_t size)
{
	const char *slash = strrchr(program, '/');
	char name[512], stamp[32];
	time_t now = time(NULL);
	struct tm local;
	int err = -EEXIST;

	if (asked)
		return absolute(asked, path, size);
	if (!localtime_r(&now, &local) || strftime(stamp, sizeof(stamp), "%Y%m%d-%H%M%S", &local) == 0)
		return -EINVAL;
	for (int number = 1; number < MAX_NUMBER; number++) {
		char suffix[16] = "";

		if (number > 1)
			snprintf(suffix, sizeof(suffix), "-%d", number);
		snprintf(name, sizeof(name), "%.200s-%s%s.syscope", slash ? slash + 1 : program, stamp, suffix);
		err = absolute(name, path, size);
		if (err != 0 || access(path, F_OK) != 0)
			return err;
	}
	return -EEXIST;
}

void output_explain(const char *path, int error, char *sentence, size_t size)
{
	const char *reason;

	switch (error) {
	case ENOSPC:
	case EDQUOT: reason = "there is no room left: free some, or choose another place with -o"; break;
	case EFBIG: reason = "the limit on its size is too small for any trace: raise it"; break;
	case ELOOP: reason = "it is a symbolic link, which a trace never follows: choose another name with -o"; break;
	case EISDIR: reason = "it is a directory: choose a file's name with -o"; break;
	case EEXIST: reason = "there is a file which is no trace of yours: choose another name with -o"; break;
	case EACCES:
	case EPERM:
	case EROFS: reason = "you may not write there: choose another place with -o"; break;
	case ENOENT: reason = "its directory does not exist: create it, or choose another place with -o"; break;
	default: reason = strerror(error); break;
	}
	snprintf(sentence, size, "the trace %.700s can't be written: %s", path, reason);
}
