using System.Collections.Generic;
using System.Linq;
using ModelBuild.Generator.Model;
using ModelBuild.Manifest;

namespace ModelBuild.Generator.Emitter.Plans;

/// <summary>
/// Models so small that the frame of a call would cost more than the call: what they compute in between lies on the stack, and the weights are memory of the garbage
/// collector, which is there as long as a call refers to it. So such a call neither takes a frame nor counts references.
/// </summary>
internal static class DirectRun
{
    /// <summary>The method that runs a model with a frame.</summary>
    public const string GeneralMethod = "ExecuteGeneral";

    private const int MaxArena = 4096;
    private const int MaxWeights = 1 << 20;
    private const int MaxSteps = 32;

    /// <summary>Whether every step of a plan works on pointers whose places are known.</summary>
    public static bool Fits(Plan plan) =>
        plan.ArenaBytes is >= 0 and <= MaxArena && plan.WeightsBytes <= MaxWeights && plan.Sizes.Count == 0 && plan.Outputs.Count == 1 && plan.Inputs.Count > 0
        && plan.Body.Count <= MaxSteps && plan.Body.All(s => s is PlanCall call && call.Arguments.All(a => IsDirect(plan, a)))
        && plan.Values[plan.Outputs[0]].Home == PlanHome.Output && plan.Inputs.All(i => plan.Values[i].Home == PlanHome.Input);

    /// <summary>Whether a class hands its spans to the plan as they are.</summary>
    public static bool Applies(CallSurface surface, PlanSpec plan) =>
        plan.IsDirect && surface.IsSingle && !surface.Spec.IsStream && !surface.HasSizes && surface.Spec.Inputs.Count == surface.Feeds.Count && surface.Spec.Outputs.Count == 1
        && surface.Feeds.Concat(surface.Fetches).All(t => t.IsFixed && !t.Element.IsText && !t.IsOptional) && surface.Feeds.Count == plan.Inputs.Count
        && surface.Feeds.All(f => plan.Inputs.Contains(f.Name)) && plan.Outputs[0] == surface.Fetches[0].Name;

    /// <summary>The body of <c>Execute</c>: the attempt, and the general way in a method of its own, whose locals would cost as much as the attempt.</summary>
    public static void EmitCall(SourceWriter writer, CallSurface surface)
    {
        writer.Open($"if (cancellationToken.IsCancellationRequested || !{PlanNames.Class}.TryRun(_model.Weights, {string.Join(", ", surface.Feeds.Select(surface.FeedValue))}, destination))");
        writer.Line($"{GeneralMethod}({CallSurface.Join(surface.FeedArguments(), ["destination", "cancellationToken"])});");
        writer.Close();
    }

    /// <summary>The method of the plan.</summary>
    public static void Emit(SourceWriter writer, CallSurface surface, Plan plan, PlanConstants constants)
    {
        var memory = new PlanMemory(plan, isDirect: true);
        var body = new SourceWriter(5);
        foreach (PlanCall call in plan.Body.Cast<PlanCall>())
        {
            body.Line(CallEmitter.Comment(plan, call));
            CallEmitter.Emit(body, call, memory, constants);
            body.Separate();
        }

        List<TensorSpec> feeds = surface.Feeds;
        TensorSpec fetch = surface.Fetches[0];
        writer.Separate();
        writer.Line("// False when something is out of the ordinary: the general way then says what.");
        writer.Line("[global::System.Runtime.CompilerServices.SkipLocalsInit]");
        writer.Open($"internal static bool TryRun({CallSurface.Runtime}.PlanWeights? block, {string.Join(", ", feeds.Select(f => $"{CallSurface.ReadOnlySpan}<{f.Element.Type}> {f.Parameter}"))}, {CallSurface.Span}<{fetch.Element.Type}> destination)");
        writer.Open($"if (block is null || {string.Join(" || ", feeds.Select(f => $"{f.Parameter}.Length != {PlanNames.Integer(f.FixedLength)}"))} || destination.Length != {PlanNames.Integer(fetch.FixedLength)})");
        writer.Line("return false;");
        writer.Close();
        writer.Separate();
        if (memory.UsesContext)
        {
            writer.Line($"{PlanNames.Kernels}.KernelContext context = {CallSurface.Runtime}.PlanFrame.ThreadContext;");
        }

        if (memory.UsesWeights)
        {
            writer.Line("byte* weights = block.Data;");
        }

        if (memory.UsesArena)
        {
            writer.Line($"byte* stack = stackalloc byte[{PlanNames.Integer(plan.ArenaBytes + 64)}];");
            writer.Line("byte* arena = (byte*)(((nuint)stack + 63) & ~(nuint)63);");
        }

        foreach (TensorSpec feed in feeds)
        {
            writer.Line($"fixed ({feed.Element.Type}* pointer{PlanNames.Integer(feed.Index)} = {feed.Parameter})");
        }

        writer.Line($"fixed ({fetch.Element.Type}* pointerOut = destination)");
        writer.Open("");
        foreach (TensorSpec feed in feeds)
        {
            string index = PlanNames.Integer(Enumerable.Range(0, plan.Inputs.Count).First(i => plan.Values[plan.Inputs[i]].Name == feed.Name));
            writer.Line($"byte* input{index} = (byte*)pointer{PlanNames.Integer(feed.Index)};");
        }

        writer.Line("byte* output0 = (byte*)pointerOut;");
        writer.Open($"if ({string.Join(" || ", feeds.Select(f => Overlaps(f, fetch, plan)))})");
        writer.Line("return false;");
        writer.Close();
        writer.Separate();
        writer.Open("try");
        writer.Append(body);
        writer.Close();
        writer.Open($"catch ({PlanNames.Kernels}.KernelException)");
        writer.Line("return false;");
        writer.Close();
        writer.Close();
        writer.Separate();
        writer.Line("global::System.GC.KeepAlive(block);");
        writer.Line("return true;");
        writer.Close();
    }

    private static string Overlaps(TensorSpec feed, TensorSpec fetch, Plan plan)
    {
        string input = "input" + PlanNames.Integer(Enumerable.Range(0, plan.Inputs.Count).First(i => plan.Values[plan.Inputs[i]].Name == feed.Name));
        return $"({input} < output0 + ({PlanNames.Integer(fetch.FixedLength)} * sizeof({fetch.Element.Type})) && output0 < {input} + ({PlanNames.Integer(feed.FixedLength)} * sizeof({feed.Element.Type})))";
    }

    private static bool IsDirect(Plan plan, PlanArgument argument) => argument.Kind switch
    {
        PlanArgumentKind.Value or PlanArgumentKind.Values => false,
        PlanArgumentKind.Pointer => plan.Values[PlanMemory.Root(plan, (int)argument.Numbers[0].Value)].Home is PlanHome.Arena or PlanHome.Weights or PlanHome.Input or PlanHome.Output,
        _ => true,
    };
}
