using ModelBuild.Kernels;
using ModelBuild.Lowering.Calls;
using ModelBuild.Manifest;
using ModelBuild.Runtime;

namespace ModelBuild.Lowering.Interpreter;

/// <summary>Statements bound to the values of a frame.</summary>
internal sealed unsafe class InterpretedBlock
{
    private readonly List<Statement> _statements = [];

    public InterpretedBlock(IEnumerable<PlanStatement> statements, PlanFrame frame)
    {
        foreach (PlanStatement statement in statements)
        {
            _statements.Add(statement switch
            {
                PlanCall c => new Call(c, new StepArguments(c, frame.Values)),
                PlanIf i => new If(i, new(i.Then, frame), new(i.Else, frame)),
                PlanLoop l => new Loop(l, new(l.Body, frame)),
                _ => throw new InvalidOperationException(statement.GetType().Name),
            });
        }
    }

    public void Update(ReadOnlySpan<long> sizes)
    {
        foreach (Statement statement in _statements)
        {
            statement.Update(sizes);
        }
    }

    public void Run(PlanFrame frame, Action<PlanCall>? afterStep)
    {
        foreach (Statement statement in _statements)
        {
            statement.Run(frame, afterStep);
        }
    }

    private abstract class Statement
    {
        public abstract void Update(ReadOnlySpan<long> sizes);

        public abstract void Run(PlanFrame frame, Action<PlanCall>? afterStep);

        protected static bool IsTrue(PlanFrame frame, int value)
        {
            TensorValue tensor = frame.Tensor(value);
            return tensor is { Length: 1, ElementType: TensorElementType.Bool } ? *tensor.Data != 0 : throw new KernelException($"A condition is {tensor} and not one boolean.");
        }
    }

    private sealed class Call(PlanCall call, StepArguments arguments) : Statement
    {
        public override void Update(ReadOnlySpan<long> sizes) => arguments.Update(sizes);

        public override void Run(PlanFrame frame, Action<PlanCall>? afterStep)
        {
            try
            {
                arguments.Run(frame.Context);
            }
            catch (Exception e) when (e is KernelException or OverflowException or OutOfMemoryException or InvalidCastException)
            {
                throw new KernelException($"{call.Layer}: {e.Message}", e);
            }

            afterStep?.Invoke(call);
        }
    }

    private sealed class If(PlanIf statement, InterpretedBlock then, InterpretedBlock otherwise) : Statement
    {
        public override void Update(ReadOnlySpan<long> sizes)
        {
            then.Update(sizes);
            otherwise.Update(sizes);
        }

        public override void Run(PlanFrame frame, Action<PlanCall>? afterStep) => (IsTrue(frame, statement.Condition) ? then : otherwise).Run(frame, afterStep);
    }

    private sealed class Loop(PlanLoop statement, InterpretedBlock body) : Statement
    {
        public override void Update(ReadOnlySpan<long> sizes) => body.Update(sizes);

        public override void Run(PlanFrame frame, Action<PlanCall>? afterStep)
        {
            long limit = statement.TripCount < 0 ? long.MaxValue : *frame.Tensor(statement.TripCount).Pointer<long>();
            for (long i = 0; i < limit && (statement.Condition < 0 || IsTrue(frame, statement.Condition)); i++)
            {
                TensorValue iteration = frame.Tensor(statement.Iteration);
                iteration.Resize(TensorElementType.Int64);
                *iteration.Pointer<long>() = i;
                body.Run(frame, afterStep);
            }
        }
    }
}
