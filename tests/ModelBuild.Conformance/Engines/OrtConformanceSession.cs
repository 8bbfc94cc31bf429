using ModelBuild.Conformance.Values;
using ModelBuild.Formats.Tensors;
using ModelBuild.Graphs;
using ModelBuild.OnnxRuntime.Native;

namespace ModelBuild.Conformance.Engines;

/// <summary>A session of ONNX Runtime.</summary>
internal sealed class OrtConformanceSession(OrtSession session) : IConformanceSession
{
    public IReadOnlyList<(string Name, GraphType Type)> Inputs { get; } = [.. session.Inputs.Select(i => (i.Name, GraphTypes.Of(i.Type)))];

    public IReadOnlyList<(string Name, GraphType Type)> Outputs { get; } = [.. session.Outputs.Select(o => (o.Name, GraphTypes.Of(o.Type)))];

    public OrtValue[] Run(IReadOnlyList<(string Name, OnnxValue Value)> inputs)
    {
        var values = new List<KeyValuePair<string, OrtValue>>();
        try
        {
            foreach ((string name, OnnxValue value) in inputs)
            {
                values.Add(new(name, OrtValues.Create(value, Inputs.First(i => i.Name == name).Type)));
            }

            return session.Run(values);
        }
        finally
        {
            values.ForEach(v => v.Value.Dispose());
        }
    }

    public void Dispose() => session.Dispose();
}
