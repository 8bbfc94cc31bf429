using System.Runtime.InteropServices;

namespace ModelBuild.Benchmarks;

/// <summary>Processor time of the calling thread: what a call costs on a machine that others use too, as long as it runs on one thread.</summary>
internal static partial class ThreadTime
{
    private const int ThreadCpuTimeClock = 3;

    /// <summary>Microseconds, or NaN where the platform is not Linux.</summary>
    public static double Microseconds() =>
        OperatingSystem.IsLinux() && GetTime(ThreadCpuTimeClock, out var time) == 0 ? (time.Seconds * 1e6) + (time.Nanoseconds / 1e3) : double.NaN;

    [LibraryImport("libc", EntryPoint = "clock_gettime")]
    private static partial int GetTime(int clock, out TimeSpec time);

    [StructLayout(LayoutKind.Sequential)]
    private struct TimeSpec
    {
        public nint Seconds;
        public nint Nanoseconds;
    }
}
