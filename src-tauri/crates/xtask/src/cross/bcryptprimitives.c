/* The one function of Windows' bcryptprimitives.dll that Rust's standard library imports, over the
 * one Wine has. For tests under Wine alone: nothing of this is shipped. */
#include <windows.h>
#include <ntsecapi.h>

__declspec(dllexport) BOOL WINAPI ProcessPrng(PBYTE data, SIZE_T length) {
    return RtlGenRandom(data, (ULONG)length);
}
