namespace ModelBuild.Runtime;

/// <summary>Inputs with a fixed content, for generated code.</summary>
public static class ConstantTensor
{
    /// <summary>The same value in every element.</summary>
    public static T[] Create<T>(T value, int length)
        where T : unmanaged
    {
        var elements = new T[length];
        Array.Fill(elements, value);
        return elements;
    }
}
