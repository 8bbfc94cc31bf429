using System.Runtime.InteropServices;
using ModelBuild.Kernels;
using ModelBuild.Manifest;
using ModelBuild.Runtime;

namespace ModelBuild.Lowering.Interpreter;

/// <summary>Runs a lowered model without compiling it, with the same calls as generated code. Not thread-safe.</summary>
internal sealed unsafe class PlanInterpreter : IDisposable
{
    private readonly InterpretedPlan _plan;
    private readonly byte* _weights;

    /// <summary>Copies the weights and prepares a frame.</summary>
    public PlanInterpreter(LoweredModel model, int threads = 1)
    {
        Plan = model.Plan;
        _plan = new InterpretedPlan(model.Plan);
        _weights = (byte*)NativeMemory.AlignedAlloc((nuint)Math.Max(64, model.Weights.Length), 64);
        model.Weights.CopyTo(_weights);
        Frame = new PlanFrame(_plan, _weights, new KernelContext(threads));
    }

    /// <summary>The plan.</summary>
    public Plan Plan { get; }

    /// <summary>Inputs, outputs and values of the call.</summary>
    public PlanFrame Frame { get; }

    /// <summary>Looks at every step after it ran; null for nothing.</summary>
    public Action<PlanCall>? AfterStep
    {
        get => _plan.AfterStep;
        set => _plan.AfterStep = value;
    }

    /// <summary>Runs the model on the inputs that the frame was given.</summary>
    /// <exception cref="KernelException">The inputs or the data are not what the model takes; the message names the layer.</exception>
    public void Run()
    {
        Frame.Prepare();
        _plan.Execute(Frame);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        Frame.Dispose();
        NativeMemory.AlignedFree(_weights);
    }
}
