namespace ModelBuild.Graphs.Tests;

[TestClass]
public sealed class ElementTypeTests
{
    [TestMethod]
    [DataRow(ElementType.Float32, 5, 20)]
    [DataRow(ElementType.Int4, 3, 2)]
    [DataRow(ElementType.UInt2, 9, 3)]
    [DataRow(ElementType.Complex128, 7, 112)]
    [DataRow(ElementType.String, 7, 0)]
    [DataRow(ElementType.UInt8, long.MaxValue, long.MaxValue)]
    [DataRow(ElementType.Int4, long.MaxValue, 1L << 62)]
    [DataRow(ElementType.UInt2, long.MaxValue, 1L << 61)]
    public void Elements_are_packed_and_the_last_byte_is_whole(ElementType type, long count, long bytes) => Assert.AreEqual(bytes, type.ByteSize(count));

    [TestMethod]
    [DataRow(ElementType.Float32, long.MaxValue)]
    [DataRow(ElementType.Float16, (long.MaxValue / 2) + 1)]
    public void A_size_beyond_64_bits_is_an_overflow(ElementType type, long count) => Assert.ThrowsExactly<OverflowException>(() => type.ByteSize(count));

    [TestMethod]
    public void Names_are_read_back()
    {
        foreach (ElementType type in Enum.GetValues<ElementType>().Where(t => t.IsKnown()))
        {
            Assert.IsTrue(ElementTypes.TryParse(type.Name(), out ElementType parsed));
            Assert.AreEqual(type, parsed);
        }
    }
}
