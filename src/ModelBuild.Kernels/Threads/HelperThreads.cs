namespace ModelBuild.Kernels;

/// <summary>The threads that help with parallel loops: made when first needed, shared by all contexts, asleep when there is nothing to do.</summary>
[System.Diagnostics.CodeAnalysis.SuppressMessage("Design", "CA1001", Justification = "A semaphore without a wait handle holds nothing to give back.")]
internal sealed class HelperThreads
{
    // More than any context uses; beyond this a loop gets fewer helpers.
    private const int Maximum = 63;

    private static readonly HelperThreads?[] s_all = new HelperThreads?[Maximum];
    private static readonly Lock s_growing = new();
    private static volatile int s_made;
    private static long s_idle;

    private readonly SemaphoreSlim _wake = new(0);
    private readonly int _number;
    private ParallelLoop? _loop;

    private HelperThreads(int number) => _number = number;

    /// <summary>Whether threads can be started at all.</summary>
    public static bool IsSupported => !OperatingSystem.IsBrowser() && !OperatingSystem.IsWasi();

    /// <summary>Sends up to some helpers to a loop: the idle ones; new ones while there are fewer than asked for.</summary>
    public static void Call(ParallelLoop loop, int helpers)
    {
        while (helpers > 0)
        {
            long idle = Volatile.Read(ref s_idle);
            if (idle == 0)
            {
                if (s_made >= Maximum || s_made >= Limit || !Grow())
                {
                    return;
                }

                continue;
            }

            int number = System.Numerics.BitOperations.TrailingZeroCount(idle);
            if (Interlocked.CompareExchange(ref s_idle, idle & ~(1L << number), idle) == idle)
            {
                HelperThreads helper = s_all[number]!;
                Volatile.Write(ref helper._loop, loop);
                helper._wake.Release();
                helpers--;
            }
        }
    }

    /// <summary>How many helpers there may be: one less than processors, or than the most threads that a context asked for.</summary>
    public static int Limit { get; private set; }

    /// <summary>Allows as many helpers as a context of this many threads needs.</summary>
    public static void Allow(int threads)
    {
        lock (s_growing)
        {
            Limit = Math.Max(Limit, threads - 1);
        }
    }

    private static bool Grow()
    {
        lock (s_growing)
        {
            int number = s_made;
            if (number >= Math.Min(Maximum, Limit))
            {
                return false;
            }

            var helper = new HelperThreads(number);
            s_all[number] = helper;
            var thread = new Thread(helper.Run) { IsBackground = true, Name = $"ModelBuild {number + 1}" };
            thread.Start();
            s_made = number + 1;
            Interlocked.Or(ref s_idle, 1L << number);
            return true;
        }
    }

    private void Run()
    {
        while (true)
        {
            _wake.Wait();
            ParallelLoop loop = Volatile.Read(ref _loop)!;
            loop.Help();

            // A sleeping helper keeps no context alive.
            _loop = null;
            Interlocked.Or(ref s_idle, 1L << _number);
        }
    }
}
