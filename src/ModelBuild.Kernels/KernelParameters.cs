namespace ModelBuild.Kernels;

/// <summary>Marks a parameter of a kernel that the kernel writes. Outputs come after the inputs, in the operator's order.</summary>
[AttributeUsage(AttributeTargets.Parameter)]
public sealed class OutputAttribute : Attribute;

/// <summary>Marks a tensor parameter of an operator that is an attribute of the node and not one of its inputs.</summary>
[AttributeUsage(AttributeTargets.Parameter)]
public sealed class TensorAttributeAttribute : Attribute;
