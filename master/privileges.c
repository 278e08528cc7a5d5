#include "master/privileges.h"

#include <errno.h>
#include <grp.h>
#include <pwd.h>
#include <string.h>
#include <sys/prctl.h>
#include <unistd.h>

#include "common/base/log.h"

static bool account_become(const struct passwd *account, struct problem *why)
{
	if (initgroups(account->pw_name, account->pw_gid) != 0 ||
		setresgid(account->pw_gid, account->pw_gid, account->pw_gid) != 0 ||
		setresuid(account->pw_uid, account->pw_uid, account->pw_uid) != 0)
		return problem_set(why, "control.user: cannot become \"%s\": %s", account->pw_name, strerror(errno));
	if (account->pw_uid != 0 && setuid(0) == 0)
		return problem_set(why, "control.user: root could be had back");
	prctl(PR_SET_DUMPABLE, 1); /* the kernel forbids core dumps to who was root */
	return true;
}

bool privileges_drop(const struct config *config, struct problem *why)
{
	if (config->control.user[0] == '\0')
		return true;
	errno = 0;
	/* cppcheck-suppress getpwnamCalled ; the master has one thread */
	const struct passwd *account = getpwnam(config->control.user);
	if (account == NULL)
		return problem_set(why, "control.user: there is no account \"%s\"%s%s", config->control.user,
						   errno != 0 ? ": " : "", errno != 0 ? strerror(errno) : "");
	if (geteuid() == account->pw_uid && getuid() == account->pw_uid)
		return true;
	if (geteuid() != 0)
		return problem_set(why, "control.user = \"%s\": only root can become somebody else", config->control.user);
	if (config->log.target == LOG_TO_FILE && chown(config->log.file, account->pw_uid, account->pw_gid) != 0)
		log_warning("log.file: cannot be given to \"%s\": %s; it cannot be opened again later", config->control.user,
					strerror(errno));
	return account_become(account, why);
}
