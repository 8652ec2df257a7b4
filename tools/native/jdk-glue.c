/* Replaces the C helpers of native-image's builder, for tests on machines without a GraalVM (test-builder.sh). Names and
   types are those of the @CFunction declarations in svm.jar. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <fcntl.h>
#include <pthread.h>
#include <sched.h>
#include <semaphore.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/sysinfo.h>
#include <time.h>
#include <unistd.h>

#include "amd64cpufeatures.h"
#include "svm_locale.h"

/* Signals: the handler counts them; a Java thread waits for the semaphore, then asks which signal is pending. */
static sem_t arrived;
static volatile int pending[NSIG];

int cSunMiscSignal_open(void) { return sem_init(&arrived, 0, 0); }
int cSunMiscSignal_close(void) { return sem_destroy(&arrived); }
int cSunMiscSignal_awaitSemaphore(void) { return sem_wait(&arrived); }
int cSunMiscSignal_signalSemaphore(void) { return sem_post(&arrived); }
int cSunMiscSignal_signalRangeCheck(int number) { return number > 0 && number < NSIG; }
int cSunMiscSignal_checkPendingSignal(void) {
  for (int number = 0; number < NSIG; number++) {
    int count = pending[number];
    if (count > 0 && __sync_bool_compare_and_swap(&pending[number], count, count - 1)) return number;
  }
  return -1;
}
static void handle(int number) {
  __sync_fetch_and_add(&pending[number], 1);
  sem_post(&arrived);
}
void (*cSunMiscSignal_signalHandlerFunctionPointer(void))(int) { return handle; }

/* The processor: no features beyond the baseline, so each check passes (0). */
void determineCPUFeatures(CPUFeatures *features) { memset(features, 0, sizeof *features); }
int checkCPUFeatures(char *wanted) { return 0; }
int checkCPUFeaturesOrExit(char *wanted, char *message) { return 0; }

/* Locale and time zone. */
static svm_locale_props_t locale;
int svm_initialize_locale(void) {
  locale.display_language = locale.format_language = "en";
  return SVM_LOCALE_INITIALIZATION_SUCCEEDED;
}
svm_locale_props_t *svm_get_locale(void) { return &locale; }
char *SVM_FindJavaTZmd(char *mappings, int length) {
  char *zone = getenv("TZ");
  return strdup(zone && *zone ? zone : "UTC");
}

/* libc under other names. */
extern char **environ;
char **getEnviron(void) { return environ; }
int openSII(const char *path, int flags, int mode) { return open(path, flags, mode); }
void *mremapP(void *old, size_t size, size_t wanted, int flags, void *at) {
  return mremap(old, size, wanted, flags, at);
}
int fprintfSD(FILE *out, const char *format, char *text, int number) { return fprintf(out, format, text, number); }
long getThreadId(void) { return (long) pthread_self(); }

/* The functions of a JVM that the JDK's libraries call. */
int initialize(void *options) { return 0; }
int JVM_ActiveProcessorCount(void) {
  cpu_set_t set;
  return sched_getaffinity(0, sizeof set, &set) ? get_nprocs() : CPU_COUNT(&set);
}
long JVM_MaxMemory(void) { return 0x7fffffffffffffffL; }
long JVM_NanoTime(void *env, void *c) {
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return t.tv_sec * 1000000000L + t.tv_nsec;
}
long JVM_CurrentTimeMillis(void *env, void *c) {
  struct timespec t;
  clock_gettime(CLOCK_REALTIME, &t);
  return t.tv_sec * 1000L + t.tv_nsec / 1000000;
}
void *JVM_FindLibraryEntry(void *library, const char *name) { return dlsym(library, name); }
void *JVM_LoadLibrary(const char *name, unsigned char throws) { return dlopen(name, RTLD_LAZY); }
void JVM_UnloadLibrary(void *library) { dlclose(library); }
void JVM_BeforeHalt(void) { }
void JVM_Halt(int code) { exit(code); }
int JVM_IsStaticallyLinked(void) { return 1; }
int JVM_IsSupportedJNIVersion(int version) { return 1; }
void *JVM_RawMonitorCreate(void) { pthread_mutex_t *m = malloc(sizeof *m); pthread_mutex_init(m, NULL); return m; }
void JVM_RawMonitorDestroy(void *m) { pthread_mutex_destroy(m); free(m); }
int JVM_RawMonitorEnter(void *m) { return pthread_mutex_lock(m); }
void JVM_RawMonitorExit(void *m) { pthread_mutex_unlock(m); }
int jio_vsnprintf(char *to, size_t size, const char *format, va_list args) {
  int n = vsnprintf(to, size, format, args);
  return n >= (int) size ? -1 : n;
}
int jio_snprintf(char *to, size_t size, const char *format, ...) {
  va_list a;
  va_start(a, format);
  int n = jio_vsnprintf(to, size, format, a);
  va_end(a);
  return n;
}
int jio_vfprintf(FILE *out, const char *format, va_list args) { return vfprintf(out, format, args); }
int jio_fprintf(FILE *out, const char *format, ...) {
  va_list a;
  va_start(a, format);
  int n = vfprintf(out, format, a);
  va_end(a);
  return n;
}
