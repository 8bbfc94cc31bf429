using Microsoft.VisualStudio.TestTools.UnitTesting;

namespace ModelBuild.Kernels.Tests;

[TestClass]
public sealed unsafe class TensorValueTests
{
    [TestMethod]
    public void Home_memory_is_used_where_it_suffices()
    {
        long* home = stackalloc long[2];
        var tensor = new TensorValue();
        tensor.Bind(home, 16);

        tensor.Resize(TensorElementType.Int64, 2);
        Assert.IsTrue(tensor.Data == home);

        tensor.Resize(TensorElementType.Int64, 3);
        Assert.IsFalse(tensor.Data == home);

        tensor.Resize(TensorElementType.Int64, 1);
        Assert.IsTrue(tensor.Data == home);
    }

    [TestMethod]
    public void A_size_beyond_64_bits_is_refused()
    {
        var tensor = new TensorValue();
        Assert.ThrowsExactly<KernelException>(() => tensor.Resize(TensorElementType.Float32, long.MaxValue / 2, 8));
        Assert.ThrowsExactly<KernelException>(() => tensor.Resize(TensorElementType.Float32, -1));
    }

    [TestMethod]
    public void Elements_narrower_than_a_byte_are_packed()
    {
        Assert.AreEqual(2, new TensorValue(TensorElementType.Int4, 3).ByteLength);
        Assert.AreEqual(2, new TensorValue(TensorElementType.UInt2, 5).ByteLength);
    }
}
