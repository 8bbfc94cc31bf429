using ModelBuild.Graphs;
using ModelBuild.Lowering.Planning;
using ModelBuild.Manifest;

namespace ModelBuild.Lowering;

/// <summary>A model as a plan with its weights. Contents lie in the source model's files: it must not be disposed before the weights are written.</summary>
/// <param name="Plan">The plan.</param>
/// <param name="Weights">The weights.</param>
/// <param name="Decisions">What was chosen and declined, with reasons.</param>
/// <param name="Model">The graph that was lowered, after simplification.</param>
internal sealed record LoweredModel(Plan Plan, WeightsBuilder Weights, IReadOnlyList<LoweringDecision> Decisions, Model Model);

/// <summary>A node that the compiled backend can't run.</summary>
/// <param name="Node">The node.</param>
/// <param name="Reason">Why.</param>
internal sealed record UncoveredNode(Node Node, string Reason);
