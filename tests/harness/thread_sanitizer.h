/* thread_sanitizer.h - for tests that are threads in one world, to be included once by each: what ThreadSanitizer has to be
 * told. The normal build runs these tests too. */
#ifndef ARGENTUM_TESTS_THREAD_SANITIZER_H
#define ARGENTUM_TESTS_THREAD_SANITIZER_H

#include <pthread.h>
#include <time.h>

#if defined(__has_feature)
#if __has_feature(thread_sanitizer)
#define UNDER_THREAD_SANITIZER
#endif
#elif defined(__SANITIZE_THREAD__)
#define UNDER_THREAD_SANITIZER
#endif

#ifdef UNDER_THREAD_SANITIZER
/* The ThreadSanitizers of gcc 12 and clang 14 do not know this function: its caller would seem not to hold the lock. */
int pthread_mutex_clocklock(pthread_mutex_t *lock, clockid_t clock, const struct timespec *until)
{
	(void)clock;
	(void)until;
	return pthread_mutex_lock(lock);
}
#endif

#endif
