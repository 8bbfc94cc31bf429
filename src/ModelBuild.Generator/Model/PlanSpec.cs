namespace ModelBuild.Generator.Model;

/// <summary>The plan file of a model, and what its class needs to know of it.</summary>
internal sealed record PlanSpec
{
    /// <summary>No plan file, or an empty one.</summary>
    public static PlanSpec None { get; } = new();

    /// <summary>Path of the file.</summary>
    public string Path { get; init; } = "";

    /// <summary>Its text; empty when there is no plan or it can't be read.</summary>
    public string Text { get; init; } = "";

    /// <summary>Why it can't be read; else empty.</summary>
    public string Error { get; init; } = "";

    /// <summary>Whether a call needs no more than the stack, weights, one output and these inputs; see <see cref="Emitter.Plans.DirectRun"/>.</summary>
    public bool IsDirect { get; init; }

    /// <summary>Names of the inputs.</summary>
    public EquatableArray<string> Inputs { get; init; }

    /// <summary>Names of the outputs.</summary>
    public EquatableArray<string> Outputs { get; init; }

    /// <summary>Whether there is code to write.</summary>
    public bool HasPlan => Text.Length > 0;
}

/// <summary>What the generator asks of the compilation.</summary>
/// <param name="IsLanguageNew">C# 13 or newer.</param>
/// <param name="AllowsUnsafe">Whether code with pointers compiles.</param>
/// <param name="HasEmittedKernels">Whether <c>ModelBuild.Kernels.Assembler</c> is referenced.</param>
internal sealed record CompilationSpec(bool IsLanguageNew, bool AllowsUnsafe, bool HasEmittedKernels);
