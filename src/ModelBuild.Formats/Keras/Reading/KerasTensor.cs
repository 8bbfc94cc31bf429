using ModelBuild.Graphs;

namespace ModelBuild.Formats.Keras.Reading;

/// <summary>A tensor as it passes between layers.</summary>
/// <param name="Value">The values.</param>
/// <param name="Mask">Which time steps count, booleans <c>[batch, time]</c>; null when all do.</param>
internal readonly record struct KerasTensor(Value Value, Value? Mask = null);
