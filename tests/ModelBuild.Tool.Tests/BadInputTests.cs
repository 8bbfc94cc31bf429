using ModelBuild.Tool.Tests.Infrastructure;

namespace ModelBuild.Tool.Tests;

[TestClass]
public sealed class BadInputTests : ToolTest
{
    private static readonly string[][] s_verbs =
    [
        ["inspect"], ["convert", "out.onnx"], ["compress", "out.onnx", "--quantize", "int8"], ["run"], ["verify", "good.onnx"], ["bench", "--seconds", "0.1"],
    ];

    [TestMethod]
    public void A_missing_file_is_one_error() => Check("missing.onnx", "MB1002", null);

    [TestMethod]
    public void An_empty_file_is_one_error() => Check("empty.onnx", "MB1003", []);

    [TestMethod]
    public void Garbage_is_one_error()
    {
        byte[] bytes = new byte[5000];
        new Random(1).NextBytes(bytes);
        Check("garbage.onnx", "MB1001", bytes);
    }

    [TestMethod]
    public void A_truncated_file_is_one_error()
    {
        byte[] whole = File.ReadAllBytes(TestModels.Linear(At("whole.onnx"), 64, 64));
        Check("truncated.onnx", "MB1004", whole[..(whole.Length / 2)]);
    }

    [TestMethod]
    public void A_file_that_claims_ten_gigabytes_is_one_error()
    {
        // ir_version 8, then a graph of 10 GB that is not there.
        byte[] head = [0x08, 0x08, 0x3a];
        ulong claimed = 10_000_000_000;
        var bytes = new List<byte>(head);
        for (; claimed >= 0x80; claimed >>= 7)
        {
            bytes.Add((byte)(claimed | 0x80));
        }

        bytes.Add((byte)claimed);
        bytes.AddRange(new byte[100]);
        Check("claims.onnx", "MB1004", [.. bytes]);
    }

    [TestMethod]
    public void External_data_outside_of_the_folder_is_one_error()
    {
        TestModels.Linear(At("in.onnx"), 64, 64);
        Tool("convert", At("in.onnx"), At("ext.onnx"), "--external-data", "true").ShouldSucceed();
        byte[] bytes = File.ReadAllBytes(At("ext.onnx"));
        Directory.CreateDirectory(At("inner"));
        // "ext.onnx.data" becomes "../t.onnx.dat": as long, and outside of the folder.
        Replace(bytes, "ext.onnx.data"u8, "../t.onnx.dat"u8);
        File.Copy(At("ext.onnx.data"), At("t.onnx.dat"));
        Check(Path.Combine("inner", "escape.onnx"), "MB1006", bytes);
    }

    [TestMethod]
    public void Missing_external_data_is_one_error()
    {
        TestModels.Linear(At("in.onnx"), 64, 64);
        Tool("convert", At("in.onnx"), At("ext.onnx"), "--external-data", "true").ShouldSucceed();
        File.Delete(At("ext.onnx.data"));
        Check("ext.onnx", "MB1007", null);
    }

    [TestMethod]
    public void An_output_that_cant_be_written_is_one_error()
    {
        TestModels.Linear(At("m.onnx"));
        File.WriteAllText(At("file"), "");
        Tool("convert", "m.onnx", "file/out.onnx").ShouldFail("MB1011");
        Tool("compress", "m.onnx", "file/out.onnx", "--quantize", "int8").ShouldFail("MB1011");
        Tool("run", "m.onnx", "-o", "file/out").ShouldFail("MB0009");
    }

    [TestMethod]
    public void Data_that_does_not_fit_is_one_error()
    {
        TestModels.Linear(At("m.onnx"));
        Formats.Tensors.NpyFile.Write(At("wrong.npy"), TestModels.Floats([2, 5], i => i));
        File.WriteAllText(At("no.npy"), "no array");
        StringAssert.Contains(Tool("run", "m.onnx", "--input", "x=wrong.npy").ShouldFail("MB3002"), "[2,5]");
        StringAssert.Contains(Tool("run", "m.onnx", "--input", "q=wrong.npy").ShouldFail("MB3002"), "'q'");
        Tool("run", "m.onnx", "--input", "x=no.npy").ShouldFail("MB3001");
        Tool("run", "m.onnx", "--input", "x=missing.npy").ShouldFail("MB3001");
        Tool("run", "m.onnx", "--shape", "x=1,5").ShouldFail("MB3002");
        Tool("run", "m.onnx", "--shape", "q=1,5").ShouldFail("MB3002");
    }

    private void Check(string name, string code, byte[]? content)
    {
        TestModels.Linear(At("good.onnx"));
        if (content is not null)
        {
            File.WriteAllBytes(At(name), content);
        }

        foreach (string[] verb in s_verbs)
        {
            StringAssert.Contains(Tool([verb[0], name, .. verb[1..]]).ShouldFail(code), name);
            Assert.IsFalse(File.Exists(At("out.onnx")));
        }

        string asset = name == "missing.onnx" ? "MB0001" : code;
        Describe(new Asset(At(name), "M")).ShouldFail(asset);
        Build(new Asset(At(name), "M")).ShouldFail(asset);
        Assert.IsFalse(Directory.Exists(At("obj")));
    }

    private static void Replace(byte[] bytes, ReadOnlySpan<byte> from, ReadOnlySpan<byte> to)
    {
        int at;
        while ((at = bytes.AsSpan().IndexOf(from)) >= 0)
        {
            to.CopyTo(bytes.AsSpan(at));
        }
    }
}
