namespace ModelBuild;

/// <summary>One class that a model gives its input.</summary>
/// <param name="Label">Name of the class.</param>
/// <param name="Index">Its position in the output.</param>
/// <param name="Score">Probability, 0 to 1.</param>
public readonly record struct Classification(string Label, int Index, float Score);
