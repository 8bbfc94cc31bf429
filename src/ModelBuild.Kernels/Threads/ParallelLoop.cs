using System.Runtime.ExceptionServices;

namespace ModelBuild.Kernels;

/// <summary>
/// The loop that a <see cref="KernelContext"/> runs on several threads, over and over. Each thread claims the next index by one atomic operation on a word that
/// also counts the loops, so that a helper that comes late never claims from a loop that it has not seen.
/// </summary>
[System.Diagnostics.CodeAnalysis.SuppressMessage("Design", "CA1001", Justification = "A semaphore without a wait handle holds nothing to give back.")]
internal sealed unsafe class ParallelLoop
{
    // How long a thread looks before it sleeps: some kernels follow one another within microseconds, and waking takes longer than that.
    private const int HelperSpins = 2000;
    private const int CallerSpins = 4000;

    // An index that no loop has: nothing can be claimed.
    private const long Closed = int.MaxValue;

    [ThreadStatic]
    private static int t_worker;

    [ThreadStatic]
    private static int t_depth;

    private readonly SemaphoreSlim _finished = new(0);
    private readonly int _threads;

    // Which worker numbers are taken; number 0 is the caller's.
    private long _workers;

    // The number of the loop in the upper half, the next index in the lower one.
    private long _claims;
    private int _count;
    private delegate*<void*, int, int, void> _body;
    private void* _state;
    private int _remaining;
    private int _helpers;
    private int _callerSleeps;
    private ExceptionDispatchInfo? _exception;

    /// <summary>Makes the loop of a context.</summary>
    /// <param name="threads">Up to how many threads run it.</param>
    public ParallelLoop(int threads) => _threads = Math.Min(threads, 64);

    /// <summary>Whether the calling thread is inside the body of a loop.</summary>
    public static bool IsInside => t_depth > 0;

    /// <summary>The number of the calling thread in the loop that it is inside; 0 outside.</summary>
    public static int Worker => t_worker;

    /// <summary>Runs a loop and returns when all of it is done.</summary>
    public void Run(int count, delegate*<void*, int, int, void> body, void* state)
    {
        // A helper that has read the last loop's word must not claim with it once the fields below say something else.
        long number = (((_claims >> 32) + 1) & int.MaxValue) << 32;
        Interlocked.Exchange(ref _claims, number | Closed);
        _body = body;
        _state = state;
        _count = count;
        _exception = null;
        _remaining = count;

        // From here on helpers that are still awake claim.
        Interlocked.Exchange(ref _claims, number);
        HelperThreads.Call(this, Math.Min(_threads, count) - 1 - Volatile.Read(ref _helpers));
        Work(0);
        Wait();
        ExceptionDispatchInfo? exception = _exception;
        if (exception != null)
        {
            _exception = null;
            exception.Throw();
        }
    }

    /// <summary>Called by a helper thread: works on this loop and on those that follow within a short time.</summary>
    public void Help()
    {
        int worker = TakeWorker();
        if (worker == 0)
        {
            return;
        }

        Interlocked.Increment(ref _helpers);
        int spins = 0;
        while (spins < HelperSpins)
        {
            if (Work(worker))
            {
                spins = 0;
            }

            spins++;
            Thread.SpinWait(1);
        }

        // A caller that still counted this helper has published its loop before, so one last look finds it.
        Interlocked.Decrement(ref _helpers);
        Work(worker);
        Interlocked.And(ref _workers, ~(1L << worker));
    }

    private int TakeWorker()
    {
        while (true)
        {
            long taken = Volatile.Read(ref _workers);
            int worker = System.Numerics.BitOperations.TrailingZeroCount(~(taken | 1));
            if (worker >= _threads)
            {
                return 0;
            }

            if (Interlocked.CompareExchange(ref _workers, taken | (1L << worker), taken) == taken)
            {
                return worker;
            }
        }
    }

    // Claims indices until there are none; returns whether there was one.
    private bool Work(int worker)
    {
        bool worked = false;
        while (true)
        {
            long claims = Volatile.Read(ref _claims);
            int index = (int)claims;
            int count = Volatile.Read(ref _count);
            var body = _body;
            void* state = _state;
            if (index >= count)
            {
                return worked;
            }

            // Succeeds only when no other loop began meanwhile: then what was read above belongs to this one, which can't end before the index is done.
            if (Interlocked.CompareExchange(ref _claims, claims + 1, claims) != claims)
            {
                continue;
            }

            worked = true;
            if (Volatile.Read(ref _exception) == null)
            {
                Step(body, state, index, worker);
            }

            if (Interlocked.Decrement(ref _remaining) == 0 && worker != 0 && Interlocked.Exchange(ref _callerSleeps, 0) == 1)
            {
                _finished.Release();
            }
        }
    }

    private void Step(delegate*<void*, int, int, void> body, void* state, int index, int worker)
    {
        t_depth++;
        t_worker = worker;
        try
        {
            body(state, index, worker);
        }
#pragma warning disable CA1031 // Whatever it is, the caller gets it.
        catch (Exception e)
#pragma warning restore CA1031
        {
            Interlocked.CompareExchange(ref _exception, ExceptionDispatchInfo.Capture(e), null);
        }
        finally
        {
            t_worker = 0;
            t_depth--;
        }
    }

    private void Wait()
    {
        for (int spins = 0; spins < CallerSpins; spins++)
        {
            if (Volatile.Read(ref _remaining) == 0)
            {
                return;
            }

            Thread.SpinWait(1);
        }

        while (Volatile.Read(ref _remaining) != 0)
        {
            Interlocked.Exchange(ref _callerSleeps, 1);
            if (Volatile.Read(ref _remaining) == 0 && Interlocked.Exchange(ref _callerSleeps, 0) == 1)
            {
                return;
            }

            // Who takes the flag releases once. It may be a helper that is late with the end of the loop before: then this loop looks again.
            _finished.Wait();
        }
    }
}
