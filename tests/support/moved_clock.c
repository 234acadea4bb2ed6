// SPDX-License-Identifier: Apache-2.0
// Loaded before the C library: the system's time is as many seconds later as the file MOVED_CLOCK says, 8 bytes in the machine's
// order, from the moment on in which it says so; so several programs live through a fortnight together in a minute. Time that is
// measured goes as ever (the monotonic clock, and how long something is waited for), and so do files' times. libfaketime reads
// its file at each call or a second late.
#define _GNU_SOURCE
#include <dlfcn.h>
#include <fcntl.h>
#include <pthread.h>
#include <semaphore.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

static const volatile int64_t* later;

#define REAL(name) ((__typeof__(&name))dlsym(RTLD_NEXT, #name))

__attribute__((constructor)) static void open_clock(void) {
  const char* file = getenv("MOVED_CLOCK");
  const int descriptor = file == NULL ? -1 : open(file, O_RDONLY | O_CLOEXEC);
  void* mapped = descriptor < 0 ? MAP_FAILED : mmap(NULL, sizeof *later, PROT_READ, MAP_SHARED, descriptor, 0);
  if (descriptor >= 0) close(descriptor);
  if (mapped != MAP_FAILED) later = mapped;
}

static int64_t moved(void) { return later == NULL ? 0 : *later; }

static int is_wall_clock(clockid_t clock) { return clock == CLOCK_REALTIME || clock == CLOCK_REALTIME_COARSE; }

int clock_gettime(clockid_t clock, struct timespec* at) {
  static __typeof__(&clock_gettime) real;
  if (real == NULL) real = REAL(clock_gettime);
  const int failed = real(clock, at);
  if (!failed && is_wall_clock(clock)) at->tv_sec += moved();
  return failed;
}

int gettimeofday(struct timeval* at, void* zone) {
  static int (*real)(struct timeval*, void*);
  if (real == NULL) real = (int (*)(struct timeval*, void*))dlsym(RTLD_NEXT, "gettimeofday");
  const int failed = real(at, zone);
  if (!failed) at->tv_sec += moved();
  return failed;
}

time_t time(time_t* at) {
  struct timespec now;
  clock_gettime(CLOCK_REALTIME, &now);
  if (at != NULL) *at = now.tv_sec;
  return now.tv_sec;
}

// A moment to wait for is one of the moved clock: the kernel's is earlier. Of a condition that waits by the monotonic clock it is
// a small number.
static struct timespec of_kernel(const struct timespec* until) {
  struct timespec at = *until;
  if (at.tv_sec > 1000000000) at.tv_sec -= moved();
  return at;
}

int pthread_cond_timedwait(pthread_cond_t* condition, pthread_mutex_t* mutex, const struct timespec* until) {
  static __typeof__(&pthread_cond_timedwait) real;
  // By its name alone the first that there ever was is found, which knows conditions of another form.
  if (real == NULL) real = (__typeof__(real))dlvsym(RTLD_NEXT, "pthread_cond_timedwait", "GLIBC_2.3.2");
  if (real == NULL) real = REAL(pthread_cond_timedwait);
  const struct timespec at = of_kernel(until);
  return real(condition, mutex, &at);
}

int pthread_cond_clockwait(pthread_cond_t* condition, pthread_mutex_t* mutex, clockid_t clock, const struct timespec* until) {
  static __typeof__(&pthread_cond_clockwait) real;
  if (real == NULL) real = REAL(pthread_cond_clockwait);
  const struct timespec at = is_wall_clock(clock) ? of_kernel(until) : *until;
  return real(condition, mutex, clock, &at);
}

int sem_timedwait(sem_t* semaphore, const struct timespec* until) {
  static __typeof__(&sem_timedwait) real;
  if (real == NULL) real = REAL(sem_timedwait);
  const struct timespec at = of_kernel(until);
  return real(semaphore, &at);
}
