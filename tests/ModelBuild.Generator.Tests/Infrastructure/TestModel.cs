using System.Reflection;
using ModelBuild.Formats;
using ModelBuild.Graphs;
using ModelBuild.Lowering;
using ModelBuild.Manifest;

namespace ModelBuild.Generator.Tests.Infrastructure;

/// <summary>A small model as a file, its signature, and consumer code that is compiled with the generated class and run.</summary>
internal sealed class TestModel
{
    private readonly Graph _graph = new();

    public TestModel(string className)
    {
        _graph.Name = className;
        Signature = Signatures.ModelOf(className, [], []);
        Path = System.IO.Path.Combine(Directory.CreateTempSubdirectory("modelbuild-generator-").FullName, className + ".onnx");
    }

    /// <summary>Where the model is written.</summary>
    public string Path { get; }

    /// <summary>The signature; inputs and outputs follow the graph.</summary>
    public ModelSignature Signature { get; set; }

    public Value Input(string name, ElementType type, params object[] dimensions)
    {
        var value = new Value(name) { Type = new TensorType(type, ShapeOf(dimensions)) };
        _graph.Inputs.Add(value);
        Signature = Signature with { Inputs = new([.. Signature.Inputs, Describe(value)]) };
        return value;
    }

    /// <summary>Declares a value as an output; dimensions are numbers, symbols, or null for unknown.</summary>
    public void Output(Value value, ElementType type, params object?[] dimensions)
    {
        value.Type = new TensorType(type, ShapeOf(dimensions));
        _graph.Outputs.Add(value);
        Signature = Signature with { Outputs = new([.. Signature.Outputs, Describe(value)]) };
    }

    public Value Constant(string name, TensorData data) => _graph.AddInitializer(name, data);

    public Value Node(string op, string output, Value[] inputs, params (string Name, AttributeValue Value)[] attributes)
    {
        var value = new Value(output);
        var node = new Node(op, inputs, [value]);
        foreach ((string name, AttributeValue attribute) in attributes)
        {
            node.Attributes[name] = attribute;
        }

        _graph.Nodes.Add(node);
        return value;
    }

    /// <summary>Writes the model, compiles the class with the code for each backend, and calls <c>Program.Test(path)</c>.</summary>
    /// <param name="body">Statements of the method; the path of the weights is <c>path</c>.</param>
    /// <param name="members">Further members of the program.</param>
    /// <param name="backends">Which backends.</param>
    public void Run(string body, string members = "", params string[] backends)
    {
        try
        {
            using var model = new Graphs.Model { IrVersion = 8, Graph = _graph };
            model.OpsetImports[""] = 17;
            ModelFormats.Write(model, Path, new ModelWriteOptions { ExternalData = false });
            string plan = System.IO.Path.ChangeExtension(Path, ".mbplan");
            string weights = System.IO.Path.ChangeExtension(Path, ".mbw");
            CompiledFiles.Write(Lowerer.Lower(model), plan, weights);
            foreach (string backend in backends is [] ? ["OnnxRuntime", "Compiled"] : backends)
            {
                bool isCompiled = backend == "Compiled";
                ModelSignature signature = Signature with { Backend = backend, WeightsFile = $"models/{Signature.ClassName}{(isCompiled ? ".mbw" : ".onnx")}" };
                Assembly assembly = GeneratorRun.Load(GeneratorRun.CompileWithoutWarnings(GeneratorRun.TextsOf((signature, isCompiled ? File.ReadAllText(plan) : "")), Program(body, members)));
                try
                {
                    ((Task)assembly.GetType("Consumer.Program")!.GetMethod("Test")!.Invoke(null, [isCompiled ? weights : Path])!).GetAwaiter().GetResult();
                }
                catch (Exception e)
                {
                    throw new InvalidOperationException($"{backend}: {e.Message}", e);
                }
            }
        }
        finally
        {
            Directory.Delete(System.IO.Path.GetDirectoryName(Path)!, recursive: true);
        }
    }

    /// <summary>Code of a program with the method <c>Test</c>.</summary>
    public static string Program(string body, string members) => $$"""
        using System;
        using System.Linq;
        using System.Collections.Generic;
        using System.Numerics.Tensors;
        using System.Threading;
        using System.Threading.Tasks;
        using Microsoft.VisualStudio.TestTools.UnitTesting;
        using ModelBuild;

        namespace Consumer;

        internal static class Program
        {
            public static async Task Test(string path)
            {
                var options = new ModelOptions { Path = path };
                await Task.Yield();
        {{body}}
            }

        {{members}}
        }
        """;

    private static Shape ShapeOf(object?[] dimensions) => new(dimensions.Select(d => d switch
    {
        int n => Dimension.Fixed(n),
        string s => Dimension.Named(s),
        _ => Dimension.Unknown,
    }).ToArray());

    private static TensorSignature Describe(Value value) =>
        Signatures.Tensor(value.Name, value.Tensor!.ElementType.Name(), [.. value.Tensor.Shape!.Select(d => d.ToString())]);
}
