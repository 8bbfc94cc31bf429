using System.Runtime.InteropServices;
using ModelBuild.Graphs;

namespace ModelBuild.Lowering.Interpreter;

/// <summary>Inputs of an interpreter in memory that stays where it is, for calls that are measured.</summary>
internal sealed unsafe class PinnedFeeds : IDisposable
{
    private readonly PlanInterpreter _interpreter;
    private readonly List<(int Input, GCHandle Memory, TensorData Data)> _feeds = [];

    /// <summary>Copies the inputs that the plan has.</summary>
    public PinnedFeeds(PlanInterpreter interpreter, IReadOnlyDictionary<string, TensorData> feeds)
    {
        _interpreter = interpreter;
        for (int i = 0; i < interpreter.Plan.Inputs.Count; i++)
        {
            if (feeds.TryGetValue(interpreter.Plan.Values[interpreter.Plan.Inputs[i]].Name, out TensorData? data))
            {
                _feeds.Add((i, GCHandle.Alloc(data.Bytes.ToArray(), GCHandleType.Pinned), data));
            }
        }
    }

    /// <summary>Makes one call.</summary>
    public void Run()
    {
        foreach ((int input, GCHandle memory, TensorData data) in _feeds)
        {
            _interpreter.Frame.SetInput(input, (TensorElementType)data.ElementType, (void*)memory.AddrOfPinnedObject(), data.Dimensions);
        }

        _interpreter.Run();
    }

    /// <inheritdoc/>
    public void Dispose() => _feeds.ForEach(f => f.Memory.Free());
}
