namespace ModelBuild.Kernels.Tests;

[TestClass]
[DoNotParallelize]
public sealed unsafe class KernelContextTests
{
    [TestMethod]
    public void Every_index_is_done_once_by_workers_that_nobody_shares()
    {
        for (int threads = 1; threads <= 5; threads++)
        {
            using var context = new KernelContext(threads);
            for (int repeat = 0; repeat < 2000; repeat++)
            {
                int count = repeat % 37;
                Tally tally = default;
                context.For(count, &Count, &tally);
                for (int i = 0; i < count; i++)
                {
                    Assert.AreEqual(1, tally.Done[i]);
                }

                Assert.AreEqual(0, tally.Faults);
                Assert.IsTrue(tally.HighestWorker < threads);
            }
        }
    }

    [TestMethod]
    public void Callers_at_the_same_time_do_not_mix()
    {
        var failures = new System.Collections.Concurrent.ConcurrentQueue<string>();
        var threads = Enumerable.Range(0, 8).Select(_ => new Thread(() =>
        {
            using var context = new KernelContext(3);
            for (int repeat = 0; repeat < 1000; repeat++)
            {
                Tally tally = default;
                context.For(30, &Count, &tally);
                if (tally.Faults != 0 || !new Span<int>(tally.Done, 30).SequenceEqual(Enumerable.Repeat(1, 30).ToArray()))
                {
                    failures.Enqueue("An index was not done once.");
                }
            }
        })).ToArray();
        Array.ForEach(threads, t => t.Start());
        Array.ForEach(threads, t => t.Join());
        Assert.IsTrue(failures.IsEmpty, failures.FirstOrDefault());
    }

    [TestMethod]
    public void An_exception_comes_to_the_caller_and_the_context_goes_on()
    {
        using var context = new KernelContext(3);
        for (int repeat = 0; repeat < 100; repeat++)
        {
            var e = Assert.ThrowsExactly<KernelException>(() => context.For(20, &Throw, null));
            Assert.AreEqual("index 7", e.Message);
            Tally tally = default;
            context.For(20, &Count, &tally);
            Assert.IsFalse(new Span<int>(tally.Done, 20).ContainsAnyExcept(1));
        }
    }

    [TestMethod]
    public void A_loop_inside_a_loop_runs_on_its_thread_with_its_worker()
    {
        using var context = new KernelContext(3);
        var outer = new Outer { Context = System.Runtime.InteropServices.GCHandle.Alloc(context) };
        context.For(16, &Nest, &outer);
        outer.Context.Free();
        Assert.AreEqual(16 * 5, outer.Inner);
        Assert.AreEqual(0, outer.Faults);
    }

    [TestMethod]
    public void A_loop_allocates_nothing()
    {
        using var context = new KernelContext(2);
        Tally tally = default;
        context.For(8, &Count, &tally);
        long before = GC.GetAllocatedBytesForCurrentThread();
        context.For(8, &Count, &tally);
        Assert.AreEqual(before, GC.GetAllocatedBytesForCurrentThread());
    }

    private static void Count(void* state, int index, int worker)
    {
        var tally = (Tally*)state;
        if (Interlocked.Increment(ref tally->Active[worker]) != 1)
        {
            Interlocked.Increment(ref tally->Faults);
        }

        Interlocked.Increment(ref tally->Done[index]);
        Thread.SpinWait(index % 5);
        int highest;
        while (worker > (highest = Volatile.Read(ref tally->HighestWorker)))
        {
            Interlocked.CompareExchange(ref tally->HighestWorker, worker, highest);
        }

        Interlocked.Decrement(ref tally->Active[worker]);
    }

    private static void Throw(void* state, int index, int worker)
    {
        if (index == 7)
        {
            throw new KernelException($"index {index}");
        }
    }

    private static void Nest(void* state, int index, int worker)
    {
        var outer = (Outer*)state;
        var inner = new Inner { Outer = outer, Thread = Environment.CurrentManagedThreadId, Worker = worker };
        ((KernelContext)outer->Context.Target!).For(5, &Innermost, &inner);
    }

    private static void Innermost(void* state, int index, int worker)
    {
        var inner = (Inner*)state;
        Interlocked.Increment(ref inner->Outer->Inner);
        if (inner->Worker != worker || inner->Thread != Environment.CurrentManagedThreadId)
        {
            Interlocked.Increment(ref inner->Outer->Faults);
        }
    }

    private struct Tally
    {
        public fixed int Done[40];
        public fixed int Active[8];
        public int Faults;
        public int HighestWorker;
    }

    private struct Outer
    {
        public System.Runtime.InteropServices.GCHandle Context;
        public int Inner;
        public int Faults;
    }

    private struct Inner
    {
        public Outer* Outer;
        public int Thread;
        public int Worker;
    }
}
