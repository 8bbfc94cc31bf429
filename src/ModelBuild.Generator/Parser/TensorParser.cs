using System;
using System.Collections.Generic;
using System.Globalization;
using System.Linq;
using ModelBuild.Dimensions;
using ModelBuild.Generator.Model;
using ModelBuild.Manifest;

namespace ModelBuild.Generator.Parser;

/// <summary>Inputs, outputs and symbolic dimensions of a model, with the names that they get.</summary>
internal sealed class TensorParser
{
    private readonly ModelParser _parser;
    private readonly ModelSignature _signature;
    private readonly Identifiers.Scope _inputNames;
    private readonly Identifiers.Scope _outputNames;
    private readonly ParameterScope _parameters = new();
    private readonly DimensionParser _dimensions;

    public TensorParser(ModelParser parser, ModelSignature signature)
    {
        _parser = parser;
        _signature = signature;
        _inputNames = new(signature.ClassName);
        _outputNames = new(signature.ClassName);
        _dimensions = new DimensionParser(signature);
    }

    public (List<TensorSpec> Inputs, List<TensorSpec> Outputs, List<SymbolSpec> Symbols) Parse()
    {
        List<TensorSpec> inputs = [];
        foreach (TensorSignature input in _signature.Inputs)
        {
            inputs.Add(Input(input, inputs.Count));
        }

        foreach (ConstantSignature constant in _signature.Constants)
        {
            inputs.Add(Constant(constant, inputs.Count));
        }

        List<SymbolSpec> symbols = new SymbolPlanner(_inputNames, _parameters, _signature).Plan(inputs);
        List<TensorSpec> outputs = [];
        foreach (TensorSignature output in _signature.Outputs)
        {
            outputs.Add(Rows(Output(output, outputs.Count), inputs));
        }

        if (outputs.TrueForAll(o => o.Role == TensorRole.None))
        {
            _parser.Fail("MB4004", "The model has no output that can be a tensor in C#, so a class would give nothing back.");
        }

        new StreamChecker(_parser, _signature).Check(inputs, outputs);
        return (inputs, outputs, symbols);
    }

    private TensorSpec Input(TensorSignature t, int index)
    {
        TensorSpec input = Tensor(t, index, _inputNames, "Input", _dimensions.Input(t));
        TensorRole role = _signature.States.Any(s => s.Input == t.Name) ? TensorRole.State : TensorRole.Caller;
        if (Problem(t, input) is { } problem)
        {
            role = TensorRole.None;
            if (!t.IsOptional)
            {
                _parser.Fail("MB4004", $"Input '{t.Name}' {problem}, which has no form in C#. Set GenerateClass=\"false\" to build the model without a class.");
            }
        }

        input = input with { Role = role, Parameter = _parameters.Add(input.Identifier, "Input"), IsOptional = t.IsOptional && role != TensorRole.State };
        if (!t.HasShape && role == TensorRole.Caller)
        {
            string shape = _inputNames.Add(input.Identifier + "Shape", "Shape", "Sizes");
            input = input with { ShapeIdentifier = shape, ShapeParameter = _parameters.Add(shape, "Sizes") };
        }

        return input;
    }

    private TensorSpec Output(TensorSignature t, int index)
    {
        TensorSpec output = Tensor(t, index, _outputNames, "Output", _dimensions.Output(t));
        TensorRole role = _signature.States.Any(s => s.Output == t.Name) ? TensorRole.State : TensorRole.Caller;
        if (Problem(t, output) is { } problem)
        {
            role = TensorRole.None;
            _parser.Report("MB4005", $"Output '{t.Name}' {problem}, which has no form in C#: the class has no member for it, and it is not computed.");
        }

        return output with { Role = role };
    }

    // A stream gives one row for each row that it takes. Inference often loses that in the branches of recurrent models; the backend
    // refuses a call whose output turns out to be of another shape.
    private TensorSpec Rows(TensorSpec output, List<TensorSpec> inputs)
    {
        if (_signature.States.Count + _signature.Contexts.Count == 0 || output.Role != TensorRole.Caller || output.Dimensions.Count < 2
            || output.Dimensions[0].Kind != DimensionKind.Unknown || output.Dimensions.Skip(1).Any(d => d.Size != 1)
            || inputs.Find(i => i.Role == TensorRole.Caller && i.Dimensions.Count > 0) is not { } first)
        {
            return output;
        }

        List<DimensionSpec> dimensions = [first.Dimensions[0], .. output.Dimensions.Skip(1)];
        return output with { Dimensions = new(dimensions), FixedLength = FixedLength(true, dimensions) };
    }

    private TensorSpec Constant(ConstantSignature c, int index)
    {
        var signature = new TensorSignature(c.Name, c.Name, c.ElementType, "tensor", true, c.Dimensions, "", false);
        TensorSpec input = Tensor(signature, index, _inputNames, "Input", _dimensions.Input(signature));
        string? value = ConstantValue.Write(input.Element, c.Value);
        if (value is null || input.FixedLength < 0 || input.FixedLength > int.MaxValue)
        {
            _parser.Fail("MB4007", $"Constants gives '{c.Name}' ({c.ElementType}[{string.Join(",", c.Dimensions)}]) the value '{c.Value}': it must be a number of that type, and the shape must be fixed.");
        }

        return input with { Role = TensorRole.Constant, Value = value ?? "default", Parameter = _parameters.Add(input.Identifier, "Input") };
    }

    private static TensorSpec Tensor(TensorSignature t, int index, Identifiers.Scope names, string role, List<DimensionSpec> dimensions) => new()
    {
        Index = index,
        IsInput = role == "Input",
        Name = t.Name,
        Identifier = names.Add(t.PublicName.Length > 0 ? t.PublicName : t.Name, role, role),
        Element = t.Kind == "tensor" ? ElementSpec.Of(t.ElementType) : ElementSpec.Unsupported,
        ElementName = t.ElementType,
        HasShape = t.HasShape,
        Dimensions = new(dimensions),
        FixedLength = FixedLength(t.HasShape, dimensions),
        DocString = t.DocString,
    };

    private static long FixedLength(bool hasShape, List<DimensionSpec> dimensions)
    {
        if (!hasShape || dimensions.Exists(d => d.Kind != DimensionKind.Fixed))
        {
            return -1;
        }

        if (dimensions.Exists(d => d.Size == 0))
        {
            return 0;
        }

        long length = 1;
        foreach (DimensionSpec dimension in dimensions)
        {
            length = length > long.MaxValue / dimension.Size ? long.MaxValue : length * dimension.Size;
        }

        return length;
    }

    private static string? Problem(TensorSignature t, TensorSpec tensor) =>
        t.Kind != "tensor" ? $"is of kind {t.Kind}"
        : tensor.Element.Type.Length == 0 ? $"has elements of type {t.ElementType}"
        : tensor.FixedLength > int.MaxValue ? "has more elements than a span holds (" + int.MaxValue.ToString(CultureInfo.InvariantCulture) + ")"
        : null;
}
