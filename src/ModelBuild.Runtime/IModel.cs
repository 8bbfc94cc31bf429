namespace ModelBuild;

/// <summary>What every generated model class offers. Thread-safe; dispose it to release the weights.</summary>
public interface IModel : IDisposable
{
    /// <summary>The model's names, types, shapes and origin.</summary>
    ModelInfo Info { get; }

    /// <summary>What runs the model on this machine, such as <c>Cpu</c> or <c>Cuda</c>.</summary>
    string ExecutionProvider { get; }
}
