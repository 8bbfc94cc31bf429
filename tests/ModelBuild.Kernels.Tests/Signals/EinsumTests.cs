using CsCheck;
using ModelBuild.Kernels.Tests.Oracle;

namespace ModelBuild.Kernels.Tests.Signals;

[TestClass]
public sealed class EinsumTests
{
    [TestMethod]
    [DataRow("ij->ji", "3,4")]
    [DataRow("ij", "3,4")]
    [DataRow("ba", "3,4")]
    [DataRow("ii", "4,4")]
    [DataRow("ii->i", "4,4")]
    [DataRow("...ii->...i", "2,4,4")]
    [DataRow("ij->", "3,4")]
    [DataRow("i,i->", "5;5")]
    [DataRow("i,i", "5;5")]
    [DataRow("i,j->ij", "5;6")]
    [DataRow("ij,jk", "3,4;4,70")]
    [DataRow("ij,jk->ki", "33,4;4,7")]
    [DataRow("bij,bjk->bik", "2,3,4;2,4,5")]
    [DataRow("bhqd,bhkd->bhqk", "2,3,4,5;2,3,6,5")]
    [DataRow("bhqk,bhkd->bqhd", "2,3,4,5;2,3,5,6")]
    [DataRow("...ij,...jk->...ik", "2,3,4;2,4,5")]
    [DataRow("...ij,jk", "2,3,3,4;4,5")]
    [DataRow("i...,i...->...", "3,2,4;3,2,4")]
    [DataRow("ij,jk,kl->il", "3,4;4,5;5,6")]
    [DataRow("ij,kj,ij->ik", "3,4;5,4;3,4")]
    [DataRow("abc,cd,ef->abdf", "2,3,4;4,5;6,7")]
    [DataRow(" b i , b j -> i j ", "3,4;3,5")]
    [DataRow("ij,j->i", "0,4;4")]
    [DataRow("ij,jk->ik", "3,0;0,5")]
    public void Equations_agree_with_the_oracle(string equation, string shapes)
    {
        foreach (TensorElementType type in (TensorElementType[])[TensorElementType.Float32, TensorElementType.Float64, TensorElementType.Int64, TensorElementType.Int32])
        {
            TensorValue?[] inputs = [.. shapes.Split(';').Select((s, i) => Values(type, i, [.. s.Split(',').Select(long.Parse)]))];
            OracleTest.Compare(new SingleNode("Einsum").With("equation", equation), inputs, 1, (_, x, y) => Einsums.Einsum([.. x.Select(v => v!)], y[0], equation), mayAccept: true, tolerance: 1e-5);
        }
    }

    [TestMethod]
    public void Small_integers_wrap_and_short_floats_are_rounded_once()
    {
        var y = new TensorValue();
        Einsums.Einsum([Tensors.Of<byte>(TensorElementType.UInt8, [2], 200, 100), Tensors.Of<byte>(TensorElementType.UInt8, [2], 2, 3)], y, "i,i->");
        Assert.AreEqual((byte)(700 & 255), y.Span<byte>()[0]);
        Einsums.Einsum([Tensors.Of(TensorElementType.Float16, [3], (Half)2048, (Half)1, (Half)1)], y, "i->");
        Assert.AreEqual((Half)2050, y.Span<Half>()[0]);
    }

    [TestMethod]
    [DataRow("ij->k", "2,3")]
    [DataRow("ij->ii", "2,3")]
    [DataRow("ij,jk->ik", "2,3")]
    [DataRow("ij", "2")]
    [DataRow("i1", "2,3")]
    [DataRow("......ij", "2,3")]
    [DataRow("ij,jk", "2,3;4,5")]
    [DataRow("", "2,3")]
    [DataRow("->ij", "2,3")]
    public void Damaged_equations_are_refused(string equation, string shapes)
    {
        TensorValue[] inputs = [.. shapes.Split(';').Select((s, i) => Values(TensorElementType.Float32, i, [.. s.Split(',').Select(long.Parse)]))];
        Assert.ThrowsExactly<KernelException>(() => Einsums.Einsum(inputs, new TensorValue(), equation));
    }

    [TestMethod]
    public void Determinants_agree_with_the_oracle() =>
        Gen.Select(Gen.Long[1, 7], Gen.Int[0, 1000]).Each((size, seed) =>
            OracleTest.Compare(new SingleNode("Det"), [RandomTensors.Floats(seed, 2, 3, size, size)], 1, (_, x, y) => Determinants.Det(x[0]!, y[0]), tolerance: 1e-4));

    [TestMethod]
    public void An_inverse_times_its_matrix_is_one()
    {
        TensorValue x = RandomTensors.Doubles(3, 2, 2, 5, 5);
        var inverse = new TensorValue();
        var product = new TensorValue();
        Determinants.Inverse(x, inverse);
        Einsums.Einsum([x, inverse], product, "bij,bjk->bik");
        for (int i = 0; i < 50; i++)
        {
            Assert.AreEqual(i % 25 % 6 == 0 ? 1 : 0, product.Span<double>()[i], 1e-10);
        }

        Assert.ThrowsExactly<KernelException>(() => Determinants.Det(RandomTensors.Floats(1, 1, 2, 3), inverse));
    }

    private static TensorValue Values(TensorElementType type, int seed, ReadOnlySpan<long> shape)
    {
        TensorValue numbers = RandomTensors.Floats(seed, 9, shape);
        var result = new TensorValue(type, shape);
        unsafe
        {
            RealNumbers.Store(type, numbers.Pointer<float>(), numbers.Length, result.Data);
        }

        return result;
    }
}
