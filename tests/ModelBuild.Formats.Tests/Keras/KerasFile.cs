using System.IO.Compression;
using System.Text;
using PureHDF;

namespace ModelBuild.Formats.Tests.Keras;

/// <summary>Makes small files as Keras writes them.</summary>
internal static class KerasFile
{
    /// <summary>A Keras 2 file of one layer behind an input.</summary>
    /// <param name="path">Where it goes.</param>
    /// <param name="className">The layer's class.</param>
    /// <param name="settings">The rest of its settings as JSON members.</param>
    /// <param name="input">Shape of the input as JSON, batch first.</param>
    /// <param name="weights">Name, sizes, elements in the order of Keras.</param>
    public static string WriteH5(string path, string className, string settings, string input, params (string Name, ulong[] Sizes, float[] Elements)[] weights)
    {
        string config = $$$$"""
            {"class_name":"Sequential","config":{"name":"net","layers":[
              {"class_name":"InputLayer","config":{"batch_input_shape":{{{{input}}}},"dtype":"float32","sparse":false,"name":"x"}},
              {"class_name":"{{{{className}}}}","config":{"name":"layer","trainable":true,"dtype":"float32"{{{{settings}}}}}}]}}
            """;
        var layer = new H5Group();
        foreach ((string name, ulong[] sizes, float[] elements) in weights)
        {
            string[] parts = name.Split('/');
            H5Group group = layer;
            foreach (string part in parts[..^1])
            {
                if (!group.TryGetValue(part, out object? inner))
                {
                    group[part] = inner = new H5Group();
                }

                group = (H5Group)inner;
            }

            group[parts[^1]] = new H5Dataset(elements, fileDims: sizes);
        }

        layer.Attributes["weight_names"] = weights.Length == 0 ? Array.Empty<float>() : weights.Select(w => w.Name).ToArray();
        var groups = new H5Group { ["layer"] = layer };
        groups.Attributes["layer_names"] = new[] { "layer" };
        var file = new H5File { ["model_weights"] = groups };
        file.Attributes["model_config"] = config;
        file.Attributes["keras_version"] = "2.15.0";
        file.Write(path);
        return path;
    }

    /// <summary>A Keras 3 archive of one dense layer.</summary>
    public static string WriteArchive(string path, ulong inputs, ulong units, float[] kernel, float[] bias)
    {
        string weights = path + ".weights";
        var variables = new H5Group { ["0"] = new H5Dataset(kernel, fileDims: [inputs, units]), ["1"] = new H5Dataset(bias, fileDims: [units]) };
        new H5File { ["layers"] = new H5Group { ["dense"] = new H5Group { ["vars"] = variables } } }.Write(weights);
        using (ZipArchive archive = ZipFile.Open(path, ZipArchiveMode.Create))
        {
            Add(archive, "metadata.json", """{"keras_version": "3.4.1"}"""u8);
            Add(archive, "config.json", Encoding.UTF8.GetBytes($$$$"""
                {"module":"keras","class_name":"Sequential","config":{"name":"net","layers":[
                  {"module":"keras.layers","class_name":"InputLayer","config":{"batch_shape":[null,{{{{inputs}}}}],"dtype":"float32","name":"x"}},
                  {"module":"keras.layers","class_name":"Dense","config":{"name":"out","units":{{{{units}}}},"activation":"relu","use_bias":true}}]}}
                """));
            archive.CreateEntryFromFile(weights, "model.weights.h5");
        }

        File.Delete(weights);
        return path;
    }

    private static void Add(ZipArchive archive, string name, ReadOnlySpan<byte> content)
    {
        using Stream stream = archive.CreateEntry(name).Open();
        stream.Write(content);
    }
}
