using ModelBuild.OnnxRuntime.Native;

namespace ModelBuild.OnnxRuntime;

/// <summary>One session of ONNX Runtime, shared by the models that have the same weights and options; the last one to release it unloads it.</summary>
internal sealed class SharedSession(OrtSession session, string executionProvider)
{
    private int _references = 1;

    /// <summary>The native session.</summary>
    public OrtSession Session { get; } = session;

    /// <summary>What runs it, such as <c>Cpu</c>.</summary>
    public string ExecutionProvider { get; } = executionProvider;

    /// <summary>Called when the last reference is gone.</summary>
    public Action? Released { get; set; }

    /// <summary>Adds a reference unless the last one is gone.</summary>
    public bool TryAddReference() => References.TryAdd(ref _references);

    /// <summary>Gives a reference back.</summary>
    public void Release()
    {
        if (Interlocked.Decrement(ref _references) == 0)
        {
            Released?.Invoke();
            Session.Dispose();
        }
    }
}

/// <summary>Counting references of something that must not come back to life.</summary>
internal static class References
{
    /// <summary>Adds one unless there is none left.</summary>
    public static bool TryAdd(ref int references)
    {
        int count = Volatile.Read(ref references);
        while (count > 0)
        {
            int seen = Interlocked.CompareExchange(ref references, count + 1, count);
            if (seen == count)
            {
                return true;
            }

            count = seen;
        }

        return false;
    }
}
