using Google.Protobuf;
using ModelBuild.Formats.Onnx.Proto;
using ModelBuild.Graphs;

namespace ModelBuild.Formats.Onnx.Reading;

/// <summary>Reads an ONNX model: the structure at once, large tensors when they are asked for.</summary>
internal static class OnnxReader
{
    public static Model Read(string path)
    {
        using var file = new WireFile(path);
        OnnxSkeleton skeleton = OnnxSkeleton.Read(file, MessageKind.Model);
        ModelProto proto = Parse(ModelProto.Parser, skeleton, path);
        if (proto.Graph is null)
        {
            throw FileProblem.Damaged(path, "it has no graph");
        }

        var model = new Model
        {
            IrVersion = proto.IrVersion,
            ProducerName = proto.ProducerName,
            ProducerVersion = proto.ProducerVersion,
            Domain = proto.Domain,
            ModelVersion = proto.ModelVersion,
            DocString = proto.DocString,
            Unknown = skeleton.Unknown,
        };
        try
        {
            OnnxGraphReader.CopyEntries(proto.MetadataProps, model.Metadata);
            OnnxNames.CopyOpsets(proto.OpsetImport, model.OpsetImports);

            // Before IR version 3 there was one operator set.
            model.OpsetImports.TryAdd("", 1);

            OnnxGraphReader reader = MakeReader(path, skeleton, model, initializersAreConstant: proto.IrVersion < 4);
            model.Graph = reader.Read(proto.Graph, outer: null);
            OnnxNames.MakeUnique(model.Graph);
            foreach (FunctionProto function in proto.Functions)
            {
                Function read = reader.Read(function);
                OnnxNames.MakeUnique(read.Body);
                model.Functions.Add(read);
            }
        }
        catch
        {
            model.Dispose();
            throw;
        }

        return model;
    }

    /// <summary>Parses a skeleton as a message.</summary>
    /// <exception cref="ModelException">The bytes are not that message.</exception>
    public static T Parse<T>(MessageParser<T> parser, OnnxSkeleton skeleton, string path)
        where T : IMessage<T>
    {
        try
        {
            return parser.ParseFrom(skeleton.Bytes);
        }
        catch (InvalidProtocolBufferException e)
        {
            throw FileProblem.Damaged(path, e.Message.TrimEnd('.'));
        }
    }

    private static OnnxGraphReader MakeReader(string path, OnnxSkeleton skeleton, Model model, bool initializersAreConstant)
    {
        var mapped = new MappedFile(path);
        model.Own(mapped);
        var tensors = new OnnxTensorReader(mapped, skeleton.Slices, new ExternalDataFolder(path, model.Own));
        return new OnnxGraphReader(tensors, path, initializersAreConstant);
    }
}
